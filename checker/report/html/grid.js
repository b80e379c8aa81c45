"use strict";
// Sorts and filters the grid, and puts the reason of a cell beside it. Without this script the page can be read all the same.
const who = document.getElementById("who"), what = document.getElementById("what"), shown = document.getElementById("shown");
const heads = [...document.querySelectorAll("#head th[data-by]")];
const rowsNow = () => [...document.getElementById("grid").rows];
const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const order = new Intl.Collator(document.documentElement.lang, {numeric: true});
let sortedBy = {column: 0, down: false};

function filter() {
  const word = plain(who.value), rows = rowsNow();
  let count = 0;
  for (const row of rows) {
    row.hidden = !plain(row.cells[0].textContent).includes(word) || (what.value !== "" && !row.querySelector("td." + what.value));
    count += !row.hidden;
  }
  shown.textContent = count === rows.length ? "" : shown.dataset.text.replace("{count}", count).replace("{total}", rows.length);
}

function sort(column, down) {
  sortedBy = {column, down};
  const isNumber = heads[column].dataset.by === "number", key = row => row.cells[column].dataset.key || "";
  const compare = isNumber ? (a, b) => key(a) - key(b) : (a, b) => order.compare(key(a), key(b));
  const rows = rowsNow().sort((a, b) => (down ? compare(b, a) : compare(a, b)) || order.compare(a.cells[0].dataset.key, b.cells[0].dataset.key));
  document.getElementById("grid").append(...rows);
  heads.forEach((head, index) => {
    if (index === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  });
}

heads.forEach((head, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.id = "sort-" + column;
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => sort(column, sortedBy.column === column && !sortedBy.down));
});
heads[0].setAttribute("aria-sort", "ascending");

function place(event) {
  const cell = event.target.closest && event.target.closest(".cell"), why = cell && cell.querySelector(".why");
  if (!why) return;
  cell.classList.remove("off");
  const box = cell.getBoundingClientRect(), size = why.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, innerWidth - size.width - 16));
  const below = box.bottom + 6, top = below + size.height + 8 > innerHeight ? Math.max(8, box.top - size.height - 6) : below;
  document.documentElement.style.setProperty("--x", left + "px");
  document.documentElement.style.setProperty("--y", top + "px");
}
document.body.classList.add("placed");
for (const kind of ["mouseover", "focusin"]) document.getElementById("grid").addEventListener(kind, place);
addEventListener("keydown", event => {
  if (event.key === "Escape") for (const cell of document.querySelectorAll(".cell:hover, .cell:focus")) cell.classList.add("off");
});

document.getElementById("search").hidden = false;
document.getElementById("search").addEventListener("submit", event => event.preventDefault());
who.addEventListener("input", filter);
what.addEventListener("change", filter);
addEventListener("pageshow", filter);  // a browser that comes back here has kept what was typed, not what was hidden
