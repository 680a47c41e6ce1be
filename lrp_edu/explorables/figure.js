// The frame of every live figure: state, redraw, numbers, sentences, reset, parity with Python.
//
// A figure's module says what is particular to it:
//
//   export default figure({
//     numbers(state) { return { f_x: ..., R: [...], notes: ["root"] }; },   // as numbers() in Python
//     view({ stage, side, set, schema, state, redraw }) {                   // build once ...
//       return (state, numbers) => { ... };                                 // ... and update in place
//     },
//   });
//
// stage: the box of the picture. side: the box beside it, for controls. set({ b: 2 }): change the state (it is clamped).
// schema: the limits of the state. redraw(): ask for a frame. Both functions below run at most once for each frame.
//
// The result is an anywidget: render({ model, el }) is called by JupyterLab with a real model, and on the book's pages by
// boot.js with a small one. Either has get, set, save_changes, on and off.

import { button } from "./controls.js";
import { clamp, decode, difference } from "./state.js";
import { format, make, set as setAttributes, setText } from "./view.js";

const QUIET = 500; // ms after the last change, before a screen reader is told

export function figure({ numbers, view }) {
  return { numbers, render: ({ model, el }) => mount({ numbers, view, model, el }) };
}

function mount({ numbers: compute, view, model, el }) {
  const stored = model.get("_stored");
  const { schema } = stored;
  const root = el.closest(".explorable") ?? el;
  const state = {};
  for (const key of Object.keys(schema)) state[key] = clamp(schema[key], model.get(key), stored.state[key]);
  root.classList.add("explorable");
  setAttributes(root, { "data-explorable": stored.figure, "data-lm-suppress-shortcuts": "true" });

  const stage = make("div", { class: "stage" });
  const side = make("div", { class: "side" });
  const panel = numbersPanel(stored.labels);
  const notes = make("div", { class: "notes" });
  const voice = announcer(() => [panel.text(), notes.textContent].join(". "));
  el.replaceChildren(make("div", { class: "columns" }, stage, side), voice.element);
  if (el === root && stored.caption) el.append(captionOf(stored));

  let frame = 0;
  let unsaved = false;
  let values = compute(state);
  const redraw = () => (frame ||= requestAnimationFrame(paint));
  const change = (changes) => {
    for (const [key, value] of Object.entries(changes)) {
      state[key] = clamp(schema[key], value, state[key]);
      model.set(key, state[key]);
    }
    unsaved = true;
    redraw();
  };
  const draw = view({ stage, side, set: change, schema, state, stored, redraw });
  stage.append(notes);
  side.append(panel.element, button("Reset", () => change(stored.state), { class: "reset" }));

  function paint() {
    frame = 0;
    values = compute(state);
    draw(state, values);
    panel.update(values);
    showNotes(notes, stored, values);
    if (unsaved) model.save_changes();
    unsaved = false;
    voice.update();
  }

  const listeners = Object.keys(schema).map((key) => [`change:${key}`, () => fromModel(key)]);
  function fromModel(key) {
    const value = clamp(schema[key], model.get(key), state[key]);
    if (JSON.stringify(value) === JSON.stringify(state[key])) return;
    state[key] = value;
    redraw();
  }
  for (const [event, listener] of listeners) model.on(event, listener);

  // Links in the caption set the state of this very figure, also where there is no address to write to.
  root.addEventListener("click", follow);
  function follow(event) {
    const link = event.target.closest?.("a[data-set]");
    if (!link) return;
    event.preventDefault();
    change(decode(schema, link.dataset.set, state));
  }

  // A handle is moved from where it stands: a second key within one frame must find it where the first has put it.
  el.addEventListener("keydown", () => frame && (cancelAnimationFrame(frame), paint()), { capture: true });

  // For tests and for curious readers: document.querySelector(".explorable").explorable.numbers
  root.explorable = { state, set: change, schema, get numbers() { return values; } };
  setAttributes(root, { "data-parity": difference(clean(compute(stored.state)), stored.numbers) || "ok" });
  if (root.dataset.parity !== "ok") notes.before(make("p", { class: "warning" }, `The figure disagrees with Python: ${root.dataset.parity}.`));
  paint();

  return () => {
    cancelAnimationFrame(frame);
    voice.stop();
    root.removeEventListener("click", follow);
    for (const [event, listener] of listeners) model.off(event, listener);
  };
}

/** Tells a screen reader what `text` returns, once all is quiet after a change; the first update is none. */
function announcer(text) {
  const element = make("p", { class: "visually-hidden", "aria-live": "polite" });
  let timer = null;
  const stop = () => clearTimeout(timer);
  const update = () => {
    stop();
    timer = timer === null ? 0 : setTimeout(() => setText(element, text()), QUIET);
  };
  return { element, update, stop };
}

function captionOf({ caption }) {
  const element = make("div", { class: "caption" });
  element.innerHTML = caption; // made and escaped by Python, in caption_html
  return element;
}

/** As JSON would hand it over: what is not finite becomes null. */
const clean = (values) => JSON.parse(JSON.stringify(values));

const entry = (values, key) => key.split(".").reduce((value, part) => value?.[part] ?? null, values);

function numbersPanel(labels) {
  const rows = Object.entries(labels).map(([key, label]) => {
    const cell = make("td", { "data-number": key });
    return { key, label, cell, element: make("tr", {}, make("th", { scope: "row" }, label), cell) };
  });
  return {
    element: make("table", { class: "numbers" }, make("tbody", {}, ...rows.map((row) => row.element))),
    update: (values) => rows.forEach(({ key, cell }) => setText(cell, format(entry(values, key)))),
    text: () => rows.map(({ label, cell }) => `${label} = ${cell.textContent}`).join(", "),
  };
}

function showNotes(element, { warnings, remarks }, { notes = [] }) {
  const key = notes.join();
  if (element.dataset.notes === key) return;
  element.dataset.notes = key;
  element.replaceChildren(
    ...notes.map((note) => make("p", { class: note in warnings ? "warning" : "remark" }, warnings[note] ?? remarks[note])),
  );
}
