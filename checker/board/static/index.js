// The tab Correction: asks for the corrections of the logdir, and draws them again when TensorBoard reloads.

import { html, listOf, objectOf } from "./dom.js";
import { learner } from "./learner.js";
import * as links from "./links.js";
import { morph } from "./morph.js";
import { session } from "./session.js";

const state = { correction: null, folder: null, exercise: "", sort: "", down: true };
const KEPT = `correction of ${new URL(import.meta.url).pathname}`;
let latest = 0;
let left = null; // where the reader was, when another page is to be drawn

// Another learner is another page: it begins at its top, or where the reader left it.
function visit(changes, from) {
  left = { from };
  return go(changes);
}

function go(changes) {
  Object.assign(state, changes);
  attempt(() => sessionStorage.setItem(KEPT, JSON.stringify(state)));
  return draw();
}

// A link to a chart leaves this page; who comes back is where they were.
function comeBack() {
  Object.assign(state, objectOf(JSON.parse(sessionStorage.getItem(KEPT))));
}

function attempt(action) {
  try {
    action();
  } catch (error) {
    console.warn(`Correction: ${error.message}`);
  }
}

function choice(corrections, found) {
  if (corrections.length < 2) return null;
  const choose = (event) => visit({ correction: event.target.value, folder: null, exercise: "" }, "choice");
  const select = html("select", { "aria-label": "correction", key: "choice", onchange: choose });
  for (const one of corrections) {
    select.append(html("option", { value: one.name, selected: one === found }, one.name || "the logdir"));
  }
  return html("label", {}, "Correction ", select);
}

async function content(found) {
  if (!found.index) return html("p", { class: "problem" }, found.problem);
  const people = found.index.learners;
  const isClass = found.index.is_session && people.length > 1;
  const person = isClass ? people.find((one) => one.folder === state.folder) : people[0];
  if (isClass && !person) {
    const known = await links.runs().catch(() => []);
    return session(found, state, (one, exercise) => visit({ folder: one.folder, exercise }), go, known);
  }
  if (!person) return html("p", {}, "Nothing was checked yet.");
  const name = found.index.is_session ? html("h2", {}, person.login) : null;
  const drawn = await learner(found, person, isClass ? state.exercise : "");
  return html("div", {}, isClass ? back(person) : null, name, drawn);
}

function back(person) {
  const cell = `${person.folder}/${state.exercise}`;
  const all = () => visit({ folder: null, exercise: "" }, cell);
  const more = () => visit({ exercise: "" });
  return html(
    "p",
    {},
    html("button", { class: "back", key: "back", onclick: all }, "← all learners"),
    " ",
    state.exercise ? html("button", { class: "back", key: "more", onclick: more }, "all exercises") : null,
  );
}

async function page() {
  try {
    const { corrections, remark } = await links.ask("index");
    const found = corrections.find((one) => one.name === state.correction) || corrections[0];
    if (!found) return [html("h1", {}, "Correction"), html("p", {}, "Nothing was checked below this logdir yet.")];
    const title = objectOf(found.index).title;
    const told = remark ? html("p", { class: "problem" }, remark) : null;
    return [html("h1", {}, title ? `Correction: ${title}` : "Correction"), told, choice(corrections, found), await content(found)];
  } catch (error) {
    return [html("h1", {}, "Correction"), html("p", { class: "problem" }, error.message)];
  }
}

async function draw() {
  const mine = ++latest;
  const parts = await page();
  if (mine !== latest) return; // a later drawing is on its way
  const fresh = html("main", {}, listOf(parts));
  const old = document.querySelector("main");
  if (old && !left) return morph(old, fresh);
  document.body.replaceChildren(fresh);
  arrive(fresh);
}

function arrive(main) {
  if (left) {
    const place = left.from && main.querySelector(`[data-key="${CSS.escape(left.from)}"]`);
    const target = place || main.querySelector("h2") || main.querySelector("h1");
    if (!place) target.tabIndex = -1; // a heading takes the focus, but is no stop of the Tab key
    window.scrollTo(0, 0);
    target.focus();
  }
  left = null;
}

// Messages and the class of the page around are unofficial: without them the page is drawn once, and light.
function listen() {
  const channel = new MessageChannel();
  channel.port1.onmessage = (event) => {
    const message = typeof event.data === "string" ? JSON.parse(event.data) : objectOf(event.data);
    if (message.isReply) return;
    const reply = { type: message.type, id: message.id, payload: null, error: null, isReply: true };
    channel.port1.postMessage(typeof event.data === "string" ? JSON.stringify(reply) : reply);
    if (message.type === "experimental.DataReloaded") draw();
  };
  window.parent.postMessage("experimental.bootstrap", "*", [channel.port2]);
}

function followTheme() {
  const around = window.parent.document.body;
  const follow = () => document.documentElement.classList.toggle("dark", around.classList.contains("dark-mode"));
  new MutationObserver(follow).observe(around, { attributes: true, attributeFilter: ["class"] });
  follow();
}

export async function render() {
  const style = html("link", { rel: "stylesheet", href: new URL("./style.css", import.meta.url).href });
  document.documentElement.lang = "en";
  document.head.append(style);
  [followTheme, listen, comeBack].forEach(attempt);
  await draw();
}
