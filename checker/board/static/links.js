// Addresses inside TensorBoard, which hold under --path_prefix too.

const ROOT = new URL("../../../", import.meta.url);

function escaped(text) {
  return String(text).replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

// Runs may have parts such as train and test below them.
function filterOf(runs) {
  const names = runs.map(escaped);
  return names.length === 1 ? `^${names[0]}(/|$)` : `^(${names.join("|")})(/|$)`;
}

export function chart(run, tag) {
  const query = [
    ["tagFilter", `^${escaped(tag)}$`],
    ["runFilter", `^${escaped(run)}$`],
    ["smoothing", "0"],
  ];
  const text = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return `${ROOT.pathname}?${text}#timeseries`;
}

export function graph(run) {
  return `${ROOT.pathname}#graphs&run=${encodeURIComponent(run)}`;
}

// SCALARS unticks all runs where there are more than 40; the runs that are meant are ticked by name.
export function curves(runs, known) {
  const filter = filterOf(runs);
  const matching = new RegExp(filter);
  const ticked = Object.fromEntries(known.filter((run) => matching.test(run)).map((run) => [run, true]));
  const parts = [
    ["regexInput", filter],
    ["_smoothingWeight", "0"],
  ];
  const state = JSON.stringify(ticked);
  if (/^[\x20-\x7e]*$/.test(state)) parts.push(["runSelectionState", btoa(state)]);
  return `${ROOT.pathname}#scalars&${parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}

async function json(address) {
  const answer = await fetch(address);
  const content = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(content.message || `TensorBoard answers ${answer.status}`);
  return content;
}

export function ask(route, values = {}) {
  return json(address(route, values));
}

export function address(route, values) {
  return new URL(`./${route}?${new URLSearchParams(values)}`, import.meta.url).href;
}

export function points(run, tag) {
  return json(new URL(`../scalars/scalars?${new URLSearchParams({ run, tag })}`, import.meta.url).href);
}

export function runs() {
  return json(new URL("../../runs", import.meta.url).href);
}
