// One learner: exercises with their checks, failures first, and what they were decided by.

import { chart } from "./chart.js";
import { bounded, html, listOf, objectOf, part } from "./dom.js";
import { graphs } from "./graph.js";
import * as links from "./links.js";

const ORDER = ["fail", "error", "pass", "skip"];
const MOST_CHECKS = 200;
const MOST_CURVES = 16;
const MOST_FIGURES = 40;
const MOST_NOTES = 100;

function rows(message) {
  const named = ["where", "expected", "actual", "hint"].filter((name) => message[name]);
  return html("dl", {}, named.map((name) => [html("dt", {}, name), html("dd", {}, message[name])]));
}

function chartLink(one, before, found) {
  const run = links.named(found, before + one.run);
  const words = `${one.tag} of ${one.run}`;
  if (run === null) return html("p", { class: "quiet" }, `The chart ${words} is not below this logdir.`);
  return html("a", { href: links.chart(run, one.tag), target: "_top", class: "link" }, `Show the chart: ${words}`);
}

function graphLink(nodes, run) {
  if (!nodes.length || run === null) return null;
  const link = html("a", { href: links.graph(run), target: "_top" }, "Open the graph");
  return html("p", {}, link, ` and look for ${nodes.join(", ")}.`);
}

function check(item, context) {
  return html(
    "li",
    { class: `check ${ORDER.includes(item.status) ? item.status : "error"}` },
    html("p", { class: "title" }, html("span", { class: "status" }, item.status), " ", item.title),
    rows(item),
    item.place ? html("pre", { class: "line" }, item.place) : null,
    item.advice ? html("p", {}, item.advice) : null,
    item.status === "error" && item.detail ? html("pre", {}, item.detail) : null,
    listOf(item.charts).slice(0, MOST_CURVES).map((one) => chartLink(objectOf(one), context.before, context.found)),
    graphLink(listOf(item.nodes), context.graphRun),
  );
}

function checks(report, context) {
  const all = listOf(report.checks).map(objectOf);
  const rank = (item) => (item.id === report.cause ? -1 : ORDER.indexOf(item.status));
  const sorted = all.map((item, index) => [rank(item), index, item]).sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const drawn = (wanted) => {
    const items = sorted.map((row) => row[2]).filter(wanted);
    return { count: items.length, items: bounded(items, MOST_CHECKS, (item) => part(() => check(item, context)), "li") };
  };
  const bad = drawn((item) => !["pass", "skip"].includes(item.status));
  const good = drawn((item) => item.status === "pass");
  const waiting = drawn((item) => item.status === "skip");
  const folded = ({ count, items }, key, words) =>
    count ? html("details", { key }, html("summary", {}, `${count} ${words}`), html("ul", {}, items)) : null;
  const wait = waiting.count === 1 ? "waits" : "wait";
  return [
    html("ul", { class: "checks" }, bad.items),
    folded(good, "passed", "passed"),
    folded(waiting, "waiting", `${wait} for the failures above`),
  ];
}

async function curves(content, context) {
  const asked = listOf(content.curves)
    .map(objectOf)
    .map((one) => ({ ...one, name: links.named(context.found, context.before + one.run) }))
    .filter((one) => one.name !== null)
    .slice(0, MOST_CURVES);
  const answers = await Promise.all(
    asked.map((one) => links.points(one.name, one.tag).then((points) => ({ ...one, points: listOf(points) }), () => null)),
  );
  const series = answers.filter((one) => one !== null);
  const tags = [...new Set(series.map((one) => one.tag))];
  return tags.map((tag) => part(() => chart(tag, series.filter((one) => one.tag === tag), objectOf(content.bands)[tag])));
}

function figures(report, place) {
  const names = listOf(report.figures).filter((name) => typeof name === "string" && name.endsWith(".png"));
  const version = report.duration_s ?? ""; // of another run, so the figures may be others
  return bounded(names, MOST_FIGURES, (name) =>
    html("img", { key: name, src: links.address("figure", { ...place, name, version }), alt: `figure ${name}`, loading: "lazy" }),
  );
}

function notes(content) {
  const note = (item) => html("p", { class: "note" }, html("strong", {}, item.kind, " ", item.written), " ", item.text);
  return bounded(listOf(content.notes).map(objectOf), MOST_NOTES, note);
}

async function exercise(found, person, id, title, outcome) {
  const place = { correction: found.name, learner: person.folder, exercise: id };
  const head = html("h3", {}, html("span", { class: `status ${outcome.status}` }, outcome.status), ` ${id} `, title);
  const section = (...children) => html("section", { class: "exercise", key: `exercise ${id}` }, head, children);
  if (!outcome.report) return section(outcome.cause ? html("p", {}, outcome.cause) : null);
  try {
    const content = await links.ask("report", place);
    const report = objectOf(content.report);
    const hasNodes = listOf(report.checks).some((item) => listOf(item.nodes).length);
    const graphRun = hasNodes ? await links.runOfGraph(found, outcome.run) : null;
    const context = { found, before: person.folder ? `${person.folder}/` : "", graphRun };
    const drawn = await curves(content, context);
    return section(
      notes(content),
      checks(report, context),
      drawn,
      html("div", { class: "figures" }, part(() => html("div", {}, figures(report, place)))),
      part(() => graphs(report.graph, content.expected_graph) || html("span")),
      bounded(listOf(report.notes), MOST_NOTES, (note) => html("p", { class: "quiet" }, note)),
    );
  } catch (error) {
    return section(html("p", { class: "problem" }, error.message));
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
