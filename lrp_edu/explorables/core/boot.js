// Brings the live figures of a page to life. Each stands in the page as a <figure> with its state and a table of numbers,
// both written by Python; without this script the table still stands. It comes in one classic script with a figure and
// all that this needs (bundle.py), since a page that was opened as a file may not import modules.
//
// The address keeps the state: #neuron:b=2 sets the first neuron figure of the page, #neuron-2:b=1 the second.

import { wake } from "./figure.js";
import { decode, encode, readAddress, writeAddress } from "./state.js";

const QUIET = 300; // ms after the last change, before the address is written

/** Start all figures of a name that the page has. */
export function boot(name, figure) {
  const figures = new Map(); // key in the address -> element
  document.querySelectorAll(`figure.explorable[data-explorable="${name}"]`).forEach((element, n) => {
    const key = n ? `${name}-${n + 1}` : name;
    try {
      start(element, key, figure);
      figures.set(key, element);
      setApart(element);
    } catch (error) {
      console.error(`The figure ${key} did not start:`, error);
    }
  });

  const follow = () => show(applyAddress(figures, location.hash));
  addEventListener("hashchange", follow);
  // A link to the state that the address already names changes nothing there, so there is no hashchange.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (link && !event.defaultPrevented && link.hash === location.hash) follow();
  });
  applyAddress(figures, location.hash);
  addEventListener("DOMContentLoaded", () => settled(follow));
}

/** Wait until the page has its fonts, and other scripts have folded what they fold: only then does a figure stay in its place. */
const settled = (then) => document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(then)));

/**
 * What stands beside a figure is painted for itself. Otherwise the browser would go through all formulas of the page again for
 * each frame of a drag, which takes longer than all else.
 */
function setApart(element) {
  for (let inner = element; inner.parentElement?.closest("section"); inner = inner.parentElement) {
    for (const beside of inner.parentElement.children) if (beside !== inner) beside.style.isolation = "isolate";
  }
}

function start(element, key, figure) {
  const stored = JSON.parse(element.dataset.state);
  let timer = 0;
  let saved = encode(stored.schema, stored.state);
  const model = makeModel({ ...stored.state, _stored: stored }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = encode(stored.schema, element.explorable.state);
      if (now !== saved) history.replaceState(null, "", writeAddress({ ...readAddress(location.hash), [key]: now }));
      saved = now;
    }, QUIET);
  });
  wake(element, figure, model);
}

/** What a figure needs of a widget's model, without a kernel behind it. */
function makeModel(values, onSave) {
  const listeners = {};
  return {
    get: (key) => values[key],
    set(key, value) {
      values[key] = value;
      for (const listener of listeners[`change:${key}`] ?? []) listener();
    },
    save_changes: onSave,
    on: (event, listener) => (listeners[event] ??= new Set()).add(listener),
    off: (event, listener) => listeners[event]?.delete(listener),
  };
}

/** Set the figures that the address names; returns the first of them. */
function applyAddress(figures, hash) {
  const named = Object.entries(readAddress(hash)).filter(([key]) => figures.has(key));
  for (const [key, text] of named) {
    const { schema, state, set } = figures.get(key).explorable;
    set(decode(schema, text, state));
  }
  return named.length ? figures.get(named[0][0]) : null;
}

const show = (element) => element?.scrollIntoView({ block: "nearest" });
