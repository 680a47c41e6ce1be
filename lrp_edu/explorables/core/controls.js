// Native controls with a label: they bring keyboard, focus and screen reader support with them. What they are, are called
// and may be set to comes from the schema, that is, from the traits in Python.

import { format, make, newId, set } from "./elements.js";
import { read, replaced } from "./state.js";

/**
 * The controls of a figure. `control("b")` builds the one of a part of the state: a slider or a field for a number, fields
 * for a point, radio buttons or a menu for a choice; `control("x.0")` a slider for one number of an array.
 * `onInput(value)` takes the place of `change({ [key]: value })`. All follow the state when `update()` is called.
 */
export function controls({ schema, state, change }) {
  const updates = [];
  const control = (key, { onInput } = {}) => {
    const [name, ...path] = key.split(".");
    const trait = schema[name];
    const put = (value, deeper = []) => change({ [name]: replaced(state[name], [...path, ...deeper], value) });
    const one = { ...trait, key, label: path.length ? read(trait.names, path) : trait.label, put: onInput ?? put };
    const kind = trait.control ?? (path.length ? "slider" : "fields");
    const { element, update } = { slider, field: lonelyField, fields, radio, menu }[kind](one);
    const follow = () => update(read(state, [name, ...path]));
    updates.push(follow);
    follow();
    return element;
  };
  return { control, update: () => updates.forEach((update) => update()) };
}

/** A number field: what is typed is taken as it is, and once the field is left it shows what is set. */
function field({ key, label, low, high, step, put }) {
  const element = make("input", { type: "number", "aria-label": label, "data-field": key, min: low, max: high, step: "any" });
  let current = null;
  element.addEventListener("input", () => Number.isFinite(element.valueAsNumber) && put(element.valueAsNumber));
  element.addEventListener("change", () => (element.value = shortened(current)));
  element.addEventListener("keydown", (event) => {
    const up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!up || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault(); // the browser's own steps would start from the lower limit
    put(Number((current + up * step * (event.shiftKey ? 10 : 1)).toFixed(10)));
  });
  const update = (value) => {
    if (value === current) return;
    current = value;
    if (document.activeElement !== element || element.valueAsNumber !== value) element.value = shortened(value);
  };
  return { element, update };
}

const shortened = (value) => Number(value.toPrecision(8));

/** A slider and a number field. */
function slider(one) {
  const { key, label, low, high, step, put } = one;
  const id = newId("control");
  const range = make("input", { type: "range", id, "data-control": key, min: low, max: high, step });
  const number = field({ ...one, label: `${label}, as a number` });
  range.addEventListener("input", () => put(range.valueAsNumber));
  const update = (value) => {
    range.value = value; // the browser rounds it to its step; the field keeps what was set
    set(range, { "aria-valuetext": format(value) });
    number.update(value);
  };
  return { element: make("div", { class: "control" }, make("label", { for: id }, label), range, number.element), update };
}

/** A number field with its label. */
function lonelyField(one) {
  const id = newId("control");
  const { element, update } = field(one);
  set(element, { id, "aria-label": null });
  return { element: make("div", { class: "control control-field" }, make("label", { for: id }, one.label), element), update };
}

/** The number fields of a point, one for each coordinate. */
function fields({ key, label, names, put, ...limits }) {
  const coordinates = names.map((name, i) => lonelyField({ ...limits, key: `${key}.${i}`, label: name, put: (value) => put(value, [i]) }));
  const element = make("fieldset", { class: "point", "data-point": key }, make("legend", {}, label), ...coordinates.map((c) => c.element));
  return { element, update: (values) => coordinates.forEach((c, i) => c.update(values[i])) };
}

/** A row of buttons of which one is pressed, as native radio buttons. */
function radio({ key, label, choices, put }) {
  const name = newId("control");
  const inputs = Object.entries(choices).map(([value, text]) => {
    const input = make("input", { type: "radio", name, value, "data-control": key });
    input.addEventListener("change", () => put(value));
    return { input, element: make("label", {}, input, make("span", {}, text)) };
  });
  const update = (value) => inputs.forEach(({ input }) => (input.checked = input.value === value));
  return { element: make("fieldset", { class: "choice" }, make("legend", {}, label), ...inputs.map((i) => i.element)), update };
}

/** A menu, for many choices. */
function menu({ key, label, choices, put }) {
  const id = newId("control");
  const options = Object.entries(choices).map(([value, text]) => make("option", { value }, text));
  const select = make("select", { id, "data-control": key }, ...options);
  select.addEventListener("change", () => put(select.value));
  const update = (value) => {
    if (select.value !== value) select.value = value;
  };
  return { element: make("div", { class: "control" }, make("label", { for: id }, label), select), update };
}

/** A part that is shown when it is asked for. */
export function fold(title, open, ...parts) {
  return make("details", { class: "fold", ...(open ? { open: "" } : {}) }, make("summary", {}, ...[title].flat()), make("div", { class: "folded" }, ...parts));
}

export function button(text, onClick, attributes = {}) {
  const element = make("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", onClick);
  return element;
}
