// The frame of every live figure: state, controls, redraw, numbers, sentences, reset, parity with Python.
//
// A figure's module says what is particular to it:
//
//   export default figure({
//     numbers(state, constants) { return { f_x: ..., notes: ["root"] }; },      // as numbers() in Python
//     view({ stage, side, control, set, state, schema, constants, palette, redraw, steady }) { // build once ...
//       side.append(control("b"));
//       return (state, numbers) => { ... };                                    // ... and update in place
//     },
//   });
//
// stage: the box of the picture. side: the box beside it, for controls. control("b"): the control that the schema describes.
// set({ b: 2 }): change the state (it is clamped). schema, constants, palette: as Python gives them. redraw(): ask for a
// frame. steady(): a scale that rests while one drags. Both functions above run at most once for each frame.
//
// The result is an anywidget, whose model has get, set, save_changes, on and off. JupyterLab calls initialize({ model }) for
// a figure that stands in an output as HTML, other programs render({ model, el }); boot.js, on the book's pages, has a small
// model of its own.

import { button, controls } from "./controls.js";
import { format, make, paint, set as setAttributes, setText } from "./elements.js";
import { clamp, decode, difference } from "./state.js";

const QUIET = 500; // ms after the last change, before a screen reader is told
const FEW = 4; // numbers that it is told at most, if none of them is among those that matter most

export function figure({ numbers, view }) {
  const self = { numbers, render: ({ model, el }) => mount({ numbers, view, model, el }), initialize: ({ model }) => wakeAll(self, model) };
  return self;
}

/** Bring a figure that stands in a page as a table to life. What fails leaves the table. */
export function wake(element, { render }, model) {
  const table = element.querySelector(".explorable-static");
  const place = make("div");
  table.replaceWith(place);
  try {
    return render({ model, el: place });
  } catch (error) {
    place.replaceWith(table);
    element.dataset.failed = "";
    throw error;
  }
}

/**
 * Bring the outputs to life that name this model as their home, now and whenever one is shown. Only the table is stored with
 * them; it stands again when a notebook is opened without its kernel, where a widget's own view would be an error.
 */
function wakeAll(figure, model) {
  const home = model.get("_home");
  if (!home) return undefined;
  const ends = [];
  const look = () => {
    if (!model.get("_stored").figure) return; // it is on its way
    const asleep = document.querySelectorAll(`figure.explorable[data-home="${home}"]:not([data-parity], [data-failed])`);
    for (const element of asleep) ends.push(wake(element, figure, model));
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true });
  model.on("change:_stored", look);
  look();
  return () => {
    observer.disconnect();
    model.off("change:_stored", look);
    for (const end of ends) end();
  };
}

function mount({ numbers, view, model, el }) {
  const stored = model.get("_stored");
  const { schema, constants, palette } = stored;
  const compute = (state) => numbers(state, constants);
  const root = el.closest(".explorable") ?? el;
  const state = {};
  for (const key of Object.keys(schema)) state[key] = clamp(schema[key], model.get(key), stored.state[key]);
  root.classList.add("explorable");
  paint(root, palette);
  setAttributes(root, { "data-explorable": stored.figure, "data-lm-suppress-shortcuts": "true" });

  const stage = make("div", { class: "stage" });
  const side = make("div", { class: "side" });
  const panel = numbersPanel(stored.labels);
  const notes = make("div", { class: "notes" });
  const said = make("div", { class: "said" }, notes, roomFor(stored));
  const sentences = () => [...notes.children].map((note) => [note.textContent, note.textContent]);
  const voice = announcer(() => ({ ...panel.texts(), ...Object.fromEntries(sentences()) }), (name) => !(name in stored.labels) || stored.spoken.includes(name));
  el.replaceChildren(make("div", { class: "columns" }, stage, said, side), voice.element);
  const caption = captionOf(root, model);

  let frame = 0;
  let unsaved = false;
  let values = compute(state);
  const redraw = () => (frame ||= requestAnimationFrame(draw));
  const change = (changes) => {
    for (const [key, value] of Object.entries(changes)) {
      state[key] = clamp(schema[key], value, state[key]);
      model.set(key, state[key]);
    }
    unsaved = true;
    redraw();
  };
  const drag = watchDrags(el, redraw);
  const steady = () => steadyScale(drag);
  const shown = controls({ schema, state, change });
  const update = view({ stage, side, control: shown.control, set: change, state, schema, constants, palette, redraw, steady });
  side.append(panel.element, button("Reset", () => change(stored.state), { class: "reset" }));

  function draw() {
    frame = 0;
    values = compute(state);
    update(state, values);
    shown.update();
    panel.update(state, values);
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
  listeners.push(["change:_caption_html", caption.update]);
  for (const [event, listener] of listeners) model.on(event, listener);

  // Links in the caption set the state of this very figure, also where there is no address to write to. What they do not
  // name goes back to what was stored.
  root.addEventListener("click", follow);
  function follow(event) {
    const link = event.target.closest?.("a[data-set]");
    if (!link) return;
    event.preventDefault();
    change({ ...stored.state, ...decode(schema, link.dataset.set, stored.state) });
  }

  /** Draw at once what waits for the next frame. */
  const flush = () => frame && (cancelAnimationFrame(frame), draw());
  // A handle is moved from where it stands: a second key within one frame must find it where the first has put it.
  el.addEventListener("keydown", flush, { capture: true });

  // For tests and for curious readers: document.querySelector(".explorable").explorable.numbers
  root.explorable = { state, stored, set: change, flush, schema, get numbers() { return values; } };
  setAttributes(root, { "data-parity": difference(clean(compute(stored.state)), stored.numbers) || "ok" });
  if (root.dataset.parity !== "ok") voice.element.before(make("p", { class: "warning" }, `The figure disagrees with Python: ${root.dataset.parity}.`));
  draw();

  return () => {
    cancelAnimationFrame(frame);
    voice.stop();
    drag.stop();
    root.removeEventListener("click", follow);
    for (const [event, listener] of listeners) model.off(event, listener);
  };
}

/** Whether a pointer is down on the figure; once it is up, `released` is called. */
function watchDrags(el, released) {
  const self = { on: false, stop: () => ["pointerup", "pointercancel"].forEach((end) => removeEventListener(end, up, true)) };
  const up = () => {
    if (self.on) released();
    self.on = false;
  };
  el.addEventListener("pointerdown", () => (self.on = true), { capture: true });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, up, true);
  return self;
}

/** A limit for a scale: the least power of two, from `low` to `high`, that holds `size`. It rests while one drags. */
function steadyScale(drag) {
  let limit = null;
  return (size, low = 2, high = Infinity) => {
    if (limit === null || !drag.on) limit = Math.min(high, Math.max(low, 2 ** Math.ceil(Math.log2(size || low))));
    return limit;
  };
}

/**
 * Tells a screen reader, once all is quiet, what has changed: of the texts that `read` returns by name those that
 * `matters(name)`, or else the first others. The first update is none.
 */
function announcer(read, matters) {
  const element = make("p", { class: "visually-hidden", "aria-live": "polite" });
  let timer = null;
  let told = {};
  const stop = () => clearTimeout(timer);
  const tell = () => {
    const texts = read();
    const changed = Object.keys(texts).filter((name) => texts[name] !== told[name]);
    const chosen = changed.filter(matters);
    told = texts;
    const text = (chosen.length ? chosen : changed.slice(0, FEW)).map((name) => texts[name]).join(", ");
    if (text) setText(element, text);
  };
  const update = () => {
    stop();
    if (timer === null) told = read();
    timer = timer === null ? 0 : setTimeout(tell, QUIET);
  };
  return { element, update, stop };
}

/** The caption, which stands in the page already, or is made. What sets the state becomes a link: only now can it be followed. */
function captionOf(root, model) {
  const element = root.querySelector("figcaption") ?? root.appendChild(make("div", { class: "caption" }));
  const link = () => {
    for (const words of element.querySelectorAll("span[data-set]")) {
      const { set: state } = words.dataset;
      words.replaceWith(make("a", { href: `#${root.dataset.explorable}:${state}`, "data-set": state }, words.textContent));
    }
  };
  const update = () => {
    element.innerHTML = model.get("_caption_html") ?? ""; // made and escaped by Python, in caption_html
    link();
  };
  if (element.matches("figcaption")) link();
  else update();
  return { update };
}

/** As JSON would hand it over: what is not finite becomes null. */
const clean = (values) => JSON.parse(JSON.stringify(values));

const entry = (values, key) => key.split(".").reduce((value, part) => value?.[part] ?? null, values);

/** The label of a number: a text, or one for each value of a choice, as label_for() in explorable.py. */
const labelFor = (label, state) => {
  if (typeof label === "string") return label;
  const [[key, texts]] = Object.entries(label);
  return texts[state[key]];
};

function numbersPanel(labels) {
  const rows = Object.entries(labels).map(([key, label]) => {
    const [head, cell] = [make("th", { scope: "row" }), make("td", { "data-number": key })];
    return { key, label, head, cell, element: make("tr", {}, head, cell) };
  });
  const update = (state, values) => rows.forEach(({ key, label, head, cell }) => {
    setText(head, labelFor(label, state));
    setText(cell, format(entry(values, key)));
  });
  return {
    element: make("table", { class: "numbers" }, make("tbody", {}, ...rows.map((row) => row.element))),
    update,
    texts: () => Object.fromEntries(rows.map(({ key, head, cell }) => [key, `${head.textContent} = ${cell.textContent}`])),
  };
}

/** All sentences, in the same place as those that hold and unseen: so this is as high as the longest, and nothing moves. */
function roomFor({ warnings, remarks, at_once }) {
  const texts = Object.values({ ...warnings, ...remarks });
  const place = () => make("div", {}, ...texts.map((text) => make("p", { class: "warning" }, text)));
  return make("div", { class: "unsaid", "aria-hidden": "true" }, ...Array.from({ length: at_once }, place));
}

function showNotes(element, { warnings, remarks, at_once }, { notes: all = [] }) {
  const notes = all.slice(0, at_once);
  const key = notes.join();
  if (element.dataset.notes === key) return;
  element.dataset.notes = key;
  element.replaceChildren(
    ...notes.map((note) => make("p", { class: note in warnings ? "warning" : "remark" }, warnings[note] ?? remarks[note])),
  );
}
