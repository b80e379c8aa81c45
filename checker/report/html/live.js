"use strict";
// Keeps the page of a running session up to date; it scrolls nowhere, and leaves the focus where it is.
const PAUSE_MS = 2000, FILE_PAUSE_MS = 4000, SILENT_MS = 20000;
const region = document.querySelector(".tall"), isFile = location.protocol === "file:";

function keyOf(element) {
  if (!element || element === document.body) return "";
  return element.id ? "#" + CSS.escape(element.id) : element.hasAttribute("href") ? '#grid a[href="' + CSS.escape(element.getAttribute("href")) + '"]' : "";
}

function focusOn(key) {
  const found = key && document.querySelector(key);
  if (found && found !== document.activeElement) found.focus({preventScroll: true});
}

function remember() {
  history.replaceState({page: [scrollX, scrollY], inside: [region.scrollLeft, region.scrollTop], focus: keyOf(document.activeElement),
    who: who.value, what: what.value, sortedBy}, "");
}

function recall(state) {
  if (!state || !state.inside) return;
  who.value = state.who;
  what.value = state.what;
  sort(state.sortedBy.column, state.sortedBy.down);
  filter();
  [region.scrollLeft, region.scrollTop] = state.inside;
  scrollTo(...state.page);
  focusOn(state.focus);
}

function say(text) {
  const live = document.getElementById("live");
  live.classList.add("over");
  document.getElementById("news").textContent = text;
}

async function fetchAgain() {
  try {
    const answer = await fetch(location.href, {cache: "no-store"});
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html"), focus = keyOf(document.activeElement);
    if (!page.getElementById("live")) {  // the session has ended: this is the whole page
      remember();
      location.reload();
      return;
    }
    const inside = [region.scrollLeft, region.scrollTop], at = [scrollX, scrollY];
    for (const id of ["live", "facts", "totals"]) document.getElementById(id).replaceWith(page.getElementById(id));
    const fresh = new Map([...page.getElementById("grid").rows].map(row => [row.cells[0].dataset.key, row]));
    for (const row of rowsNow()) {  // one that is the same stays: what a person points at does not flicker
      const other = fresh.get(row.cells[0].dataset.key);
      if (other && other.innerHTML !== row.innerHTML) row.replaceWith(other);
    }
    sort(sortedBy.column, sortedBy.down);
    filter();
    focusOn(focus);
    [region.scrollLeft, region.scrollTop] = inside;  // sorting moves every row, and a region may lose its place meanwhile
    scrollTo(...at);
    setTimeout(fetchAgain, PAUSE_MS);
  } catch {
    say(document.getElementById("live").dataset.gone);
  }
}

function readAgain() {
  if (document.activeElement === who || document.activeElement === what || document.hidden) {  // a person is choosing
    setTimeout(readAgain, FILE_PAUSE_MS);
    return;
  }
  remember();
  location.reload();
}

recall(history.state);
if (isFile) {
  const live = document.getElementById("live");
  if (Date.now() - 1000 * live.dataset.written > SILENT_MS) say(live.dataset.silent);
  setTimeout(readAgain, FILE_PAUSE_MS);
} else {
  setTimeout(fetchAgain, PAUSE_MS);
}
