// Brings the live figures of a page to life. Each stands in the page as a <figure> with its state and a table of numbers,
// both written by Python; without this script the table still stands.
// The figures' folders (lrp_edu/explorables) lie beside this file on the site; one fetches its style sheet with its module.
//
// The address keeps the state: #neuron:b=2 sets the first neuron figure of the page, #neuron-2:b=1 the second.

import { decode, encode, readAddress, writeAddress } from "./core/state.js";

const QUIET = 300; // ms after the last change, before the address is written
const figures = new Map(); // key in the address -> element
const seen = {};
const styles = {};

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

/** Fetch a figure's module and its style sheet. */
async function load(name) {
  const [{ default: figure }] = await Promise.all([import(`./${name}/${name}.js`), (styles[name] ??= loadStyle(`./${name}/${name}.css`))]);
  return figure;
}

function loadStyle(path) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL(path, import.meta.url) });
  return new Promise((resolve, reject) => {
    Object.assign(link, { onload: resolve, onerror: () => reject(new Error(`${path} is missing`)) });
    document.head.append(link);
  });
}

async function start(element) {
  const stored = JSON.parse(element.dataset.state);
  const name = stored.figure;
  if (!/^[a-z]+$/.test(name)) throw new Error(`no figure can have the name ${name}`);
  seen[name] = (seen[name] ?? 0) + 1;
  const key = seen[name] === 1 ? name : `${name}-${seen[name]}`;
  const figure = await load(name);

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
  const place = document.createElement("div");
  const table = element.querySelector(".explorable-static");
  table.replaceWith(place);
  try {
    figure.render({ model, el: place });
  } catch (error) {
    place.replaceWith(table); // what fails leaves the numbers
    throw error;
  }
  figures.set(key, element);
}

/** Set the figures that the address names; returns the first of them. */
function applyAddress(hash) {
  const named = Object.entries(readAddress(hash)).filter(([key]) => figures.has(key));
  for (const [key, text] of named) {
    const { schema, state, set } = figures.get(key).explorable;
    set(decode(schema, text, state));
  }
  return named.length ? figures.get(named[0][0]) : null;
}

const show = (element) => element?.scrollIntoView({ block: "nearest" });

addEventListener("hashchange", () => show(applyAddress(location.hash)));
// A link to the state that the address already names changes nothing there, so there is no hashchange.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (link && !event.defaultPrevented && link.hash === location.hash) show(applyAddress(link.hash));
});

await Promise.allSettled(
  [...document.querySelectorAll("figure.explorable[data-explorable]")].map((element) =>
    start(element).catch((error) => console.error(`The figure ${element.dataset.explorable} did not start:`, error)),
  ),
);
if (Object.keys(readAddress(location.hash)).length) show(applyAddress(location.hash));
