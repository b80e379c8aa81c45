// A correction session: learners by exercises, shared mistakes, and a table of runs that sorts by any number.

import { html, listOf, objectOf, part, plain } from "./dom.js";
import * as links from "./links.js";

const SIGNS = { pass: "✓", fail: "✗", error: "!", absent: "–", pending: "…" };

function grid(found, open) {
  const ids = found.index.exercises.map((item) => item.id);
  const head = html("tr", {}, html("th", { scope: "col" }, "learner"), ids.map((id) => html("th", { scope: "col" }, id)));
  const lines = found.index.learners.map((person) => {
    const cells = ids.map((id) => {
      const outcome = objectOf(objectOf(person.outcomes)[id]);
      const words = plain([id, "of", person.login, outcome.status, outcome.cause].filter(Boolean).join(" "));
      const button = html("button", { class: `cell ${outcome.status in SIGNS ? outcome.status : "absent"}`, onclick: () => open(person, id) });
      button.title = words;
      button.setAttribute("aria-label", words);
      button.append(SIGNS[outcome.status] || "–");
      return html("td", {}, button);
    });
    const name = html("button", { class: "name", onclick: () => open(person, "") }, person.login);
    return html("tr", {}, html("th", { scope: "row" }, name), cells);
  });
  return html("div", { class: "wide" }, html("table", { class: "grid" }, html("thead", {}, head), html("tbody", {}, lines)));
}

function mistakes(found, known) {
  const items = listOf(found.index.mistakes).map(objectOf);
  return items.map((item) => {
    const runs = listOf(item.folders).map((folder) => `${found.prefix}${folder}/${item.exercise}`);
    const names = ["expected", "actual", "hint"].filter((name) => item[name]);
    return html(
      "li",
      { class: "check fail" },
      html("p", { class: "title" }, `${item.exercise} · ${listOf(item.logins).length} learners: `, item.title),
      html("dl", {}, names.map((name) => [html("dt", {}, name), html("dd", {}, item[name])])),
      html("p", {}, listOf(item.logins).join(", ")),
      runs.length ? html("a", { class: "link", target: "_top", href: links.curves(runs, known) }, "Show these learners' curves") : null,
    );
  });
}

// Texts such as "nan" stand for numbers that are not finite; they sort after all others.
function compared(one, other) {
  const [first, second] = [one, other].map((value) => (typeof value === "number" ? value : NaN));
  if (Number.isNaN(first) || Number.isNaN(second)) return Number(Number.isNaN(first)) - Number(Number.isNaN(second));
  return first - second;
}

function table(found, state, redraw, known) {
  const runs = found.index.learners.flatMap((person) =>
    Object.entries(objectOf(person.outcomes))
      .map(([id, outcome]) => ({ login: person.login, id, ...objectOf(outcome) }))
      .filter((row) => row.run && Object.keys(objectOf(row.measures)).length),
  );
  if (!runs.length) return null;
  const names = [...new Set(runs.flatMap((row) => Object.keys(row.measures)))].sort();
  const name = state.sort;
  if (names.includes(name)) {
    const missing = (row) => (typeof row.measures[name] === "number" ? 0 : 1);
    const turn = state.down ? -1 : 1;
    runs.sort((one, other) => missing(one) - missing(other) || turn * compared(one.measures[name], other.measures[name]));
  }
  const column = (measure) => {
    const order = measure !== name ? "none" : state.down ? "descending" : "ascending";
    const arrow = { none: "", descending: " ▼", ascending: " ▲" }[order];
    const sort = () => redraw({ sort: measure, down: measure === name ? !state.down : true });
    return html("th", { scope: "col", "aria-sort": order }, html("button", { class: "sort", onclick: sort }, measure, arrow));
  };
  const lines = runs.map((row) =>
    html(
      "tr",
      {},
      html("td", {}, html("a", { target: "_top", href: links.curves([found.prefix + row.run], known) }, row.run)),
      html("td", {}, row.status),
      names.map((measure) => html("td", { class: "number" }, shown(row.measures[measure]))),
    ),
  );
  const head = html("tr", {}, html("th", { scope: "col" }, "run"), html("th", { scope: "col" }, "status"), names.map(column));
  return html("div", { class: "wide" }, html("table", { class: "runs" }, html("thead", {}, head), html("tbody", {}, lines)));
}

function shown(value) {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}

export function session(found, state, open, redraw, known) {
  const shared = part(() => html("ul", { class: "checks" }, mistakes(found, known)));
  const runs = part(() => table(found, state, redraw, known) || html("p", { class: "quiet" }, "No number was measured."));
  return html(
    "div",
    {},
    part(() => grid(found, open)),
    shared.childElementCount ? [html("h3", {}, "Shared mistakes"), shared] : null,
    html("h3", {}, "Runs"),
    runs,
  );
}
