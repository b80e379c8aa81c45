// The tab Correction: asks for the corrections below the logdir, and draws them again when TensorBoard reloads.

import { html, objectOf } from "./dom.js";
import { learner } from "./learner.js";
import * as links from "./links.js";
import { session } from "./session.js";

const state = { prefix: null, folder: null, exercise: "", sort: "", down: true };
let latest = 0;

function go(changes) {
  Object.assign(state, changes);
  return draw();
}

function choice(corrections, found) {
  if (corrections.length < 2) return null;
  const select = html("select", { "aria-label": "correction" });
  for (const one of corrections) {
    select.append(html("option", { value: one.prefix, selected: one === found }, one.prefix || "the logdir"));
  }
  select.addEventListener("change", () => go({ prefix: select.value, folder: null, exercise: "" }));
  return html("label", {}, "Correction ", select);
}

async function content(found) {
  if (!found.index) return html("p", { class: "problem" }, found.problem);
  const people = found.index.learners;
  const person = found.index.is_session ? people.find((one) => one.folder === state.folder) : people[0];
  if (!found.index.is_session) return person ? learner(found, person, "") : html("p", {}, "Nothing was checked yet.");
  if (!person) {
    const known = await links.runs().catch(() => []);
    return session(found, state, (one, exercise) => go({ folder: one.folder, exercise }), go, known);
  }
  const back = html("button", { class: "back", onclick: () => go({ folder: null, exercise: "" }) }, "← all learners");
  const all = state.exercise ? html("button", { class: "back", onclick: () => go({ exercise: "" }) }, "all exercises") : null;
  return html("div", {}, html("p", {}, back, " ", all), html("h2", {}, person.login), await learner(found, person, state.exercise));
}

async function draw() {
  const mine = ++latest;
  let page;
  try {
    const { corrections } = await links.ask("index");
    const found = corrections.find((one) => one.prefix === state.prefix) || corrections[0];
    if (!found) page = [html("h1", {}, "Correction"), html("p", {}, "Nothing was checked below this logdir yet.")];
    else {
      const title = objectOf(found.index).title;
      const heading = html("h1", {}, title ? `Correction: ${title}` : "Correction");
      page = [heading, choice(corrections, found), await content(found)];
    }
  } catch (error) {
    page = [html("h1", {}, "Correction"), html("p", { class: "problem" }, error.message)];
  }
  if (mine !== latest) return; // a later drawing is on its way
  const scrolled = window.scrollY;
  document.body.replaceChildren(html("main", {}, page.filter(Boolean)));
  window.scrollTo(0, scrolled);
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
  for (const begin of [followTheme, listen]) {
    try {
      begin();
    } catch (error) {
      console.warn(`Correction: ${error.message}`);
    }
  }
  await draw();
}
