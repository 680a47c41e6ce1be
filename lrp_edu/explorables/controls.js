// Native controls with a label: they bring keyboard, focus and screen reader support with them.

import { format, make, set } from "./view.js";

let count = 0;

/** A slider and a number field for a number of the state. Returns { element, update(value) }. */
export function slider({ key, label, schema, onInput }) {
  const id = `explorable-control-${++count}`;
  const limits = { min: schema.low, max: schema.high, step: schema.step };
  const range = make("input", { type: "range", id, "data-control": key, ...limits });
  const field = make("input", { type: "number", "aria-label": `${label}, as a number`, "data-field": key, ...limits, step: "any" });
  for (const input of [range, field]) {
    input.addEventListener("input", () => Number.isFinite(input.valueAsNumber) && onInput(input.valueAsNumber));
  }
  field.addEventListener("change", () => (field.value = current));
  let current = null;
  const update = (value) => {
    if (value === current) return;
    current = value;
    // The browser rounds a range to its step; the field keeps what was set.
    range.value = value;
    set(range, { "aria-valuetext": format(value) });
    if (document.activeElement !== field || field.valueAsNumber !== value) field.value = Number(value.toPrecision(8));
  };
  return { element: make("div", { class: "control" }, make("label", { for: id }, label), range, field), update };
}

/** A row of buttons of which one is pressed, as native radio buttons. Returns { element, update(value) }. */
export function choice({ key, label, schema, onInput }) {
  const name = `explorable-control-${++count}`;
  const inputs = Object.entries(schema.choices).map(([value, text]) => {
    const input = make("input", { type: "radio", name, value, "data-control": key });
    input.addEventListener("change", () => onInput(value));
    return { input, element: make("label", {}, input, make("span", {}, text)) };
  });
  const update = (value) => inputs.forEach(({ input }) => (input.checked = input.value === value));
  return { element: make("fieldset", { class: "choice" }, make("legend", {}, label), ...inputs.map((i) => i.element)), update };
}

/** A menu, for many choices. Returns { element, update(value) }. */
export function menu({ key, label, schema, onInput }) {
  const id = `explorable-control-${++count}`;
  const options = Object.entries(schema.choices).map(([value, text]) => make("option", { value }, text));
  const select = make("select", { id, "data-control": key }, ...options);
  select.addEventListener("change", () => onInput(select.value));
  return { element: make("div", { class: "control" }, make("label", { for: id }, label), select), update: (v) => (select.value = v) };
}

export function button(text, onClick, attributes = {}) {
  const element = make("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", onClick);
  return element;
}
