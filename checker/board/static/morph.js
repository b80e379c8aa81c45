// Makes one tree of elements equal to another in place: what a reader has opened, scrolled or focused stays so.

function keyOf(node) {
  return node.dataset ? node.dataset.key : undefined;
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    const isOfReader = name === "open" && old.nodeName === "DETAILS";
    if (!isOfReader && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  [old.onclick, old.onchange] = [fresh.onclick, fresh.onchange];
}

function morphNode(old, fresh) {
  if (old.nodeType === Node.ELEMENT_NODE) morphTree(old, fresh);
  else if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
  return old;
}

// Elements with a key are the same as those with that key before, others as those at the same place.
function morphTree(old, fresh) {
  const choice = fresh.value; // of a select, whose options may move below
  const before = [...old.childNodes];
  const keyed = new Map(before.filter(keyOf).map((node) => [keyOf(node), node]));
  const others = before.filter((node) => !keyOf(node));
  const wanted = [...fresh.childNodes].map((child) => {
    const match = keyOf(child) ? keyed.get(keyOf(child)) : others.shift();
    keyed.delete(keyOf(child));
    return match && match.nodeName === child.nodeName ? morphNode(match, child) : child;
  });
  morphAttributes(old, fresh);
  const kept = new Set(wanted);
  before.filter((node) => !kept.has(node)).forEach((node) => node.remove());
  wanted.forEach((node, index) => {
    if (old.childNodes[index] !== node) old.insertBefore(node, old.childNodes[index] || null);
  });
  if (old.nodeName === "SELECT") old.value = choice;
}

export function morph(old, fresh) {
  const [focused, scrolled] = [document.activeElement, window.scrollY];
  morphTree(old, fresh);
  if (focused.isConnected && focused !== document.activeElement) focused.focus({ preventScroll: true });
  window.scrollTo(window.scrollX, scrolled);
}
