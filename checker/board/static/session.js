// A correction session: shared mistakes, learners by exercises, and a table of runs that sorts by any number.

import { bounded, html, listOf, objectOf, part, plain } from "./dom.js";
import * as links from "./links.js";

const SIGNS = { pass: "✓", fail: "✗", error: "!", absent: "–", pending: "…" };
const WORDS = { pass: "passed", fail: "failed", error: "broken", absent: "not handed in", pending: "pending" };
const MOST_MISTAKES = 200;
const MOST_RUNS = 2000;
const MOST_VALUES = 200;

function outcomesOf(found) {
  const learners = found.index.learners.map((person) => objectOf(person.outcomes));
  return learners.flatMap((outcomes) => found.index.exercises.map((item) => objectOf(outcomes[item.id])));
}

function summary(found) {
  const statuses = outcomesOf(found).map((outcome) => outcome.status);
  const counts = Object.keys(SIGNS)
    .map((status) => [status, statuses.filter((one) => one === status).length])
    .filter(([, count]) => count)
    .map(([status, count]) => html("span", { class: `count ${status}` }, html("b", {}, SIGNS[status]), ` ${count} ${WORDS[status]}`));
  return html("p", { class: "summary" }, html("span", { class: "count" }, `${found.index.learners.length} learners`), counts);
}

function cell(person, id, open) {
  const outcome = objectOf(objectOf(person.outcomes)[id]);
  const words = plain([id, "of", person.login, outcome.status, outcome.cause].filter(Boolean).join(" "));
  const status = outcome.status in SIGNS ? outcome.status : "absent";
  const attributes = { class: `cell ${status}`, title: words, "aria-label": words, key: `${person.folder}/${id}` };
  return html("td", {}, html("button", { ...attributes, onclick: () => open(person, id) }, SIGNS[status]));
}

function grid(found, open) {
  const ids = found.index.exercises.map((item) => item.id);
  const head = html("tr", {}, html("th", { scope: "col" }, "learner"), ids.map((id) => html("th", { scope: "col" }, id)));
  const lines = found.index.learners.map((person) => {
    const attributes = { class: "name", key: `${person.folder}/`, title: plain(person.login) };
    const name = html("button", { ...attributes, onclick: () => open(person, "") }, person.login);
    return html("tr", { key: person.folder }, html("th", { scope: "row" }, name), ids.map((id) => cell(person, id, open)));
  });
  return html("div", { class: "wide" }, html("table", { class: "grid" }, html("thead", {}, head), html("tbody", {}, lines)));
}

// One exact message, and the learners who got it.
function value(item) {
  const said = item.expected ? `found ${item.actual}, expected ${item.expected}` : item.actual;
  return html("li", {}, html("b", {}, listOf(item.logins).join(", ")), `: ${said}`);
}

function mistake(item, found, known) {
  const values = listOf(item.values).map(objectOf);
  const runs = item.runs ? listOf(item.runs) : listOf(item.folders).map((folder) => `${folder}/${item.exercise}`);
  const names = ["expected", "actual", "hint"].filter((name) => item[name]);
  const key = [item.exercise, item.check, item.expected, item.actual].join(" ");
  return html(
    "li",
    { class: "check fail shared", key },
    html(
      "details",
      {},
      html("summary", { class: "title" }, html("b", {}, `${listOf(item.logins).length} learners`), ` ${item.exercise} · `, item.title),
      html("dl", {}, names.map((name) => [html("dt", {}, name), html("dd", {}, item[name])])),
      values.length ? html("ul", { class: "values" }, bounded(values, MOST_VALUES, value, "li")) : html("p", {}, listOf(item.logins).join(", ")),
    ),
    runs.length ? html("a", { class: "link", target: "_top", href: links.curves(found, runs, known) }, "Show these learners' curves") : null,
  );
}

function shared(found) {
  const items = listOf(found.index.mistakes).map(objectOf);
  const count = (item) => listOf(item.logins).length;
  return items.filter((item) => count(item) > 1).sort((one, other) => count(other) - count(one));
}

// Texts such as "nan" stand for numbers that are not finite; they sort after all others.
function compared(one, other) {
  const [first, second] = [one, other].map((value) => (typeof value === "number" ? value : NaN));
  if (Number.isNaN(first) || Number.isNaN(second)) return Number(Number.isNaN(first)) - Number(Number.isNaN(second));
  return first - second;
}

function measured(found) {
  return found.index.learners.flatMap((person) =>
    Object.entries(objectOf(person.outcomes))
      .map(([, outcome]) => ({ ...objectOf(outcome), measures: objectOf(objectOf(outcome).measures) }))
      .filter((row) => row.run && Object.keys(row.measures).length),
  );
}

function sorted(runs, { sort, down }) {
  const missing = (row) => (typeof row.measures[sort] === "number" ? 0 : 1);
  const turn = down ? -1 : 1;
  return [...runs].sort((one, other) => missing(one) - missing(other) || turn * compared(one.measures[sort], other.measures[sort]));
}

function column(measure, state, redraw) {
  const isSorted = measure === state.sort;
  const order = !isSorted ? "none" : state.down ? "descending" : "ascending";
  const arrow = { none: "", descending: " ▼", ascending: " ▲" }[order];
  const sort = () => redraw({ sort: measure, down: isSorted ? !state.down : true });
  const button = html("button", { class: "sort", key: measure, onclick: sort }, measure, arrow);
  return html("th", { scope: "col", "aria-sort": order, key: measure }, button);
}

function table(found, runs, state, redraw, known) {
  if (!runs.length) return html("p", { class: "quiet" }, "No number was measured.");
  const names = [...new Set(runs.flatMap((row) => Object.keys(row.measures)))].sort();
  const ordered = names.includes(state.sort) ? sorted(runs, state) : runs;
  const line = (row) =>
    html(
      "tr",
      { key: row.run },
      html("td", {}, html("a", { target: "_top", href: links.curves(found, [row.run], known) }, row.run)),
      html("td", {}, row.status),
      names.map((measure) => html("td", { class: "number" }, shown(row.measures[measure]))),
    );
  const columns = names.map((measure) => column(measure, state, redraw));
  const head = html("tr", {}, html("th", { scope: "col" }, "run"), html("th", { scope: "col" }, "status"), columns);
  const body = html("tbody", {}, bounded(ordered, MOST_RUNS, line, "tr"));
  return html("div", { class: "wide" }, html("table", { class: "runs" }, html("thead", {}, head), body));
}

function shown(value) {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}

// Buttons, not links: the address of this frame is not that of its page.
function jump(heading, words) {
  const to = () => {
    heading().scrollIntoView();
    heading().focus({ preventScroll: true });
  };
  return html("button", { key: `jump ${words.split(" (")[0]}`, onclick: to }, words);
}

function titled(id, title, ...children) {
  return html("section", { id, key: id }, html("h2", { tabindex: -1, id: `${id}-title` }, title), children);
}

export function session(found, state, open, redraw, known) {
  const common = part(() => shared(found));
  const mistakes = Array.isArray(common) ? common : [];
  const runs = measured(found);
  const list = () => html("ul", { class: "checks" }, bounded(mistakes, MOST_MISTAKES, (item) => part(() => mistake(item, found, known)), "li"));
  const none = html("p", { class: "quiet" }, "No two learners share a mistake.");
  const to = (id, words) => jump(() => document.getElementById(`${id}-title`), words);
  return html(
    "div",
    { class: "session" },
    part(() => summary(found)),
    html("nav", {}, to("mistakes", `Shared mistakes (${mistakes.length})`), to("learners", "Learners"), to("runs", `Runs (${runs.length})`)),
    html(
      "div",
      { class: "columns" },
      titled("mistakes", "Shared mistakes", mistakes.length ? part(list) : none),
      titled("learners", "Learners", part(() => grid(found, open))),
    ),
    titled("runs", "Runs", part(() => table(found, runs, state, redraw, known))),
  );
}
