// Elements made by calls; whatever comes from a submission becomes a text node, never markup.

const SVG = "http://www.w3.org/2000/svg";
// Characters that turn the direction of text around, and control characters, are shown as what they are.
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const LONGEST = 4000;

export function plain(value) {
  const text = typeof value === "string" ? value : value === null || value === undefined ? "" : String(value);
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)} … (${text.length} characters)` : text;
  return cut.replace(INVISIBLE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick" || name === "onchange") node[name] = value; // a property, so that a redraw can replace it
    else if (name === "key") node.dataset.key = value; // by which a redraw knows the element again
    else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child instanceof Node) node.append(child);
    else if (child !== null && child !== undefined && child !== "") node.append(document.createTextNode(plain(child)));
  }
  return node;
}

export function html(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

export function listOf(value) {
  return Array.isArray(value) ? value.filter((item) => item !== null && item !== undefined) : [];
}

// The first of some items, drawn; the page of a huge report stays quick, and says what it leaves out.
export function bounded(items, most, draw, tag = "p") {
  const left = items.length - most;
  const rest = left > 0 ? [html(tag, { class: "quiet" }, `${left} more are not shown.`)] : [];
  return [...items.slice(0, most).map((item, index) => draw(item, index)), ...rest];
}

export function objectOf(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

// One damaged part is told in its place; the rest of the page is drawn all the same.
export function part(draw) {
  try {
    return draw();
  } catch (error) {
    return html("p", { class: "problem" }, `This part cannot be shown: ${error.message}`);
  }
}
