// One learner: exercises with their checks, failures first, and what they were decided by.

import { chart } from "./chart.js";
import { html, listOf, objectOf, part } from "./dom.js";
import { graphs } from "./graph.js";
import * as links from "./links.js";

const ORDER = ["fail", "error", "pass", "skip"];

function rows(message) {
  const named = ["where", "expected", "actual", "hint"].filter((name) => message[name]);
  return html("dl", {}, named.map((name) => [html("dt", {}, name), html("dd", {}, message[name])]));
}

function check(item, before, run) {
  const charts = listOf(item.charts).map(objectOf);
  const nodes = listOf(item.nodes);
  return html(
    "li",
    { class: `check ${ORDER.includes(item.status) ? item.status : "error"}` },
    html("p", { class: "title" }, html("span", { class: "status" }, item.status), " ", item.title),
    rows(item),
    item.place ? html("pre", { class: "line" }, item.place) : null,
    item.advice ? html("p", {}, item.advice) : null,
    item.status === "error" && item.detail ? html("pre", {}, item.detail) : null,
    charts.map((one) =>
      html("a", { href: links.chart(before + one.run, one.tag), target: "_top", class: "link" }, `Show the chart: ${one.tag} of ${one.run}`),
    ),
    nodes.length
      ? html("p", {}, html("a", { href: links.graph(run), target: "_top", class: "link" }, "Open the graph"), ` and look for ${nodes.join(", ")}.`)
      : null,
  );
}

function checks(report, before, run) {
  const all = listOf(report.checks).map(objectOf);
  const rank = (item) => (item.id === report.cause ? -1 : ORDER.indexOf(item.status));
  const sorted = all.map((item, index) => [rank(item), index, item]).sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const drawn = (wanted) => sorted.map((row) => row[2]).filter(wanted).map((item) => part(() => check(item, before, run)));
  const bad = drawn((item) => !["pass", "skip"].includes(item.status));
  const good = drawn((item) => item.status === "pass");
  const waiting = drawn((item) => item.status === "skip");
  const folded = (items, words) => (items.length ? html("details", {}, html("summary", {}, `${items.length} ${words}`), html("ul", {}, items)) : null);
  return [html("ul", { class: "checks" }, bad), folded(good, "passed"), folded(waiting, "wait for the failures above")];
}

async function curves(content, before) {
  const asked = listOf(content.curves).map(objectOf);
  const answers = await Promise.all(
    asked.map((one) => links.points(before + one.run, one.tag).then((points) => ({ ...one, points: listOf(points) }), () => null)),
  );
  const series = answers.filter((one) => one !== null);
  const tags = [...new Set(series.map((one) => one.tag))];
  return tags.map((tag) => part(() => chart(tag, series.filter((one) => one.tag === tag), objectOf(content.bands)[tag])));
}

function figures(report, place) {
  const names = listOf(report.figures).filter((name) => typeof name === "string" && name.endsWith(".png"));
  return names.map((name) => html("img", { src: links.address("figure", { ...place, name }), alt: `figure ${name}`, loading: "lazy" }));
}

function notes(content) {
  const items = listOf(content.notes).map(objectOf);
  return items.map((note) => html("p", { class: "note" }, html("strong", {}, note.kind, " ", note.written), " ", note.text));
}

async function exercise(found, person, id, title, outcome) {
  const place = { prefix: found.prefix, learner: person.folder, exercise: id };
  const before = found.prefix + (person.folder ? `${person.folder}/` : "");
  const head = html("h3", {}, html("span", { class: `status ${outcome.status}` }, outcome.status), ` ${id} `, title);
  if (!outcome.report) return html("section", { class: "exercise" }, head, outcome.cause ? html("p", {}, outcome.cause) : null);
  try {
    const content = await links.ask("report", place);
    const report = objectOf(content.report);
    const drawn = await curves(content, before);
    return html(
      "section",
      { class: "exercise", id: `exercise-${id}` },
      head,
      notes(content),
      checks(report, before, found.prefix + outcome.run),
      drawn,
      html("div", { class: "figures" }, part(() => html("div", {}, figures(report, place)))),
      part(() => graphs(report.graph, content.expected_graph) || html("span")),
      listOf(report.notes).map((note) => html("p", { class: "quiet" }, note)),
    );
  } catch (error) {
    return html("section", { class: "exercise" }, head, html("p", { class: "problem" }, error.message));
  }
}

export async function learner(found, person, only) {
  const index = found.index;
  const outcomes = objectOf(person.outcomes);
  const known = index.exercises.filter((item) => outcomes[item.id] && (!only || item.id === only));
  const bad = (item) => (["fail", "error"].includes(outcomes[item.id].status) ? 0 : 1);
  const sorted = [...known].sort((one, other) => bad(one) - bad(other));
  const drawn = await Promise.all(sorted.map((item) => exercise(found, person, item.id, item.title, objectOf(outcomes[item.id]))));
  const problems = listOf(person.problems).map((item) => part(() => html("div", { class: "check fail" }, rows(objectOf(item)))));
  return html("div", {}, problems, listOf(person.remarks).map((text) => html("p", { class: "quiet" }, text)), drawn);
}
