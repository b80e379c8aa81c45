// A graph in outline as a list of boxes, beside the expected one.

import { bounded, html, listOf, objectOf } from "./dom.js";

const MOST_NODES = 200;
const MARKS = { extra: "not expected", shape: "another shape", inputs: "reads something else" };

function shape(value) {
  return Array.isArray(value) ? `[${value.map((size) => (size === null ? "?" : size)).join(", ")}]` : "";
}

function boxes(title, outline, missing) {
  const nodes = listOf(outline.nodes).map(objectOf);
  const edges = listOf(outline.edges).filter(Array.isArray);
  const box = (node, index) => {
    const mark = missing.includes(index) ? "missing" : MARKS[node.mark] || "";
    const sources = edges.filter((edge) => edge[1] === index && nodes[edge[0]]).map((edge) => nodes[edge[0]].kind);
    return html(
      "li",
      { class: mark ? "node marked" : "node" },
      html("strong", {}, node.kind),
      " ",
      html("span", {}, shape(node.shape)),
      html("code", {}, node.name),
      sources.length ? html("small", {}, "reads ", sources.join(", ")) : null,
      mark ? html("em", {}, mark, node.expected ? `: expected ${node.expected}` : "") : null,
    );
  };
  const left = outline.left_out ? html("p", { class: "quiet" }, `${outline.left_out} more nodes are not listed.`) : null;
  return html("section", { class: "outline" }, html("h4", {}, title), html("ol", {}, bounded(nodes, MOST_NODES, box, "li")), left);
}

export function graphs(outline, expected) {
  const own = objectOf(outline);
  if (!listOf(own.nodes).length) return null;
  const drawn = [boxes("Your graph", own, [])];
  if (listOf(objectOf(expected).nodes).length) drawn.push(boxes("Expected", expected, listOf(own.missing)));
  return html("div", { class: "outlines" }, drawn);
}
