// Names of runs, and addresses inside TensorBoard, which hold under --path_prefix too.

const ROOT = new URL("../../../", import.meta.url);
const LONGEST = 500; // characters of a name in an address

// The name that TensorBoard gives to a run of a correction; null for one outside of what it reads.
export function named(found, run) {
  const inside = found.inside;
  if (!inside) return found.prefix + run;
  if (run === inside) return `${found.prefix}.`;
  return run.startsWith(`${inside}/`) ? found.prefix + run.slice(inside.length + 1) : null;
}

// The start of the names of a run and of its parts, such as train and test; "" for all that TensorBoard reads.
function start(found, run) {
  const isAround = found.inside && (run === found.inside || found.inside.startsWith(`${run}/`));
  return isAround ? found.prefix.slice(0, -1) : named(found, run);
}

function isBelow(run, top) {
  return top !== null && (!top || run === top || run.startsWith(`${top}/`));
}

function escaped(text) {
  return String(text).replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

// A name of a stranger may be longer than an address can be.
function matching(name) {
  const text = String(name);
  return text.length > LONGEST ? `^${escaped(text.slice(0, LONGEST))}` : `^${escaped(text)}$`;
}

function encoded(parts) {
  return parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
}

export function chart(run, tag) {
  const query = [
    ["tagFilter", matching(tag)],
    ["runFilter", matching(run)],
    ["smoothing", "0"],
  ];
  return `${ROOT.pathname}?${encoded(query)}#timeseries`;
}

export function graph(run) {
  return `${ROOT.pathname}#graphs&${encoded([["run", run]])}`;
}

// SCALARS unticks all runs where there are more than 40; the runs that are meant are ticked by name.
export function curves(found, runs, known) {
  const tops = runs.map((run) => start(found, run)).filter((top) => top !== null);
  const meant = known.filter((run) => tops.some((top) => isBelow(run, top)));
  const filter = tops.includes("") ? "" : `^(${tops.map(escaped).join("|")})(/|$)`;
  const ticked = JSON.stringify(Object.fromEntries(meant.map((run) => [run, true])));
  const ascii = ticked.replace(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const parts = [
    ["regexInput", filter],
    ["_smoothingWeight", "0"],
    ["runSelectionState", btoa(ascii)],
  ];
  return `${ROOT.pathname}#scalars&${encoded(parts)}`;
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

// Which run holds the graph of a run: that one, or one of its parts; null where none was written.
export async function runOfGraph(found, run) {
  const info = await json(new URL("../graphs/info", import.meta.url).href).catch(() => ({}));
  const top = start(found, run);
  const drawn = Object.keys(info).filter((name) => info[name].run_graph && isBelow(name, top));
  return drawn.sort()[0] ?? null;
}
