// What figures of a network that reads digits share: its logits as bars, the rules of its layers, the sums of its layers, and
// the colors of relevance.

import { fold } from "./controls.js";
import { brief, format, legendEntry, make, newId, set, setText } from "./elements.js";

// --- which class is explained: as the figures' _classes() ---

export const largest = (logits, but = null) => logits.reduce((best, z, k) => (k !== but && (best === null || z > logits[best]) ? k : best), null);

/** The class that is explained, and the one that is subtracted or null. */
export function classes({ target: wanted, against: other }, logits) {
  const target = wanted === "largest" ? largest(logits) : Number(wanted);
  const against = other === "none" ? null : other === "second" ? largest(logits, target) : Number(other);
  return { target, against };
}

/** What each layer lost, by kind, for the sums of these losses. */
export const KINDS = { bias: "bias", stabilizer: "ε", no_receiver: "no receiver" };

// --- the view ---

/** The least power of two that holds all; while something is held it grows only, so that colors do not flicker. */
export function growing(held, least) {
  let limit = least;
  return (values) => {
    const needed = Math.max(least, 2 ** Math.ceil(Math.log2(Math.max(...values.map(Math.abs)) || least)));
    limit = held.down ? Math.max(limit, needed) : needed;
    return limit;
  };
}

/** What one wants to see while one draws, in a line. */
export function summary({ read, target, against, f, totals }) {
  const what = against === null ? `logit of ${target}` : `logit of ${target} minus that of ${against}`;
  return `Read as ${read}. The ${what}: ${format(f)}, Σ R = ${format(totals[0])}`;
}

/** The same text, in which no line ends before or after =, or between "of" and its digit. */
export const together = (text) => text.replace(/(?<=of|Σ|=) | (?==)/g, "\u00a0");

/** The colors of relevance with their limits, and the mark of ink. */
export function drawLegend(colors) {
  const [low, zero, high] = ["", "0", ""].map((text) => make("span", { class: "limit" }, text));
  const swatch = make("span", { class: "swatch swatch-relevance", style: `background-image: linear-gradient(90deg, ${colors.join(", ")})` });
  const mark = make("rect", { class: "ink", x: 9, y: 1, width: 12, height: 12 });
  const element = make("p", { class: "legend" },
    make("span", { class: "legend-item" }, "R", low, swatch, high), legendEntry("ink", mark));
  swatch.append(zero);
  const update = (limit) => {
    setText(low, format(-limit));
    setText(high, format(limit));
  };
  return { element, update };
}

/** The logits as bars on one axis, and radio buttons: the chosen one is explained. `names` are those of the classes. */
export function drawLogits({ change, held, names = [..."0123456789"] }) {
  const name = newId("logits");
  const limitOf = growing(held, 8);
  const option = (value, ...shown) => {
    const input = make("input", { type: "radio", name, value, "data-control": "target" });
    input.addEventListener("change", () => change({ target: value }));
    return { value, input, element: make("label", { class: "logit" }, input, ...shown) };
  };
  const whichever = option("largest", make("span", { class: "largest" }, "the largest"));
  const rows = names.map((text) => {
    const [bar, number] = [make("span", { class: "logit-bar" }), make("span", { class: "logit-number" })];
    const row = option(text, make("span", { class: "logit-name" }, text), make("span", { class: "logit-room" }, bar), number);
    return { ...row, bar, number };
  });
  const [low, high] = [make("span", {}), make("span", {})];
  const axis = make("div", { class: "logit-axis", "aria-hidden": "true" }, low, make("span", {}, "0"), high);
  const element = make("fieldset", { class: "logits" }, make("legend", {}, "Explain the logit of"), whichever.element, ...rows.map((row) => row.element), axis);
  const update = (now, { logits, target, against, read }) => {
    const limit = limitOf(logits);
    for (const { value, input } of [whichever, ...rows]) input.checked = value === now.target;
    rows.forEach(({ input, element: row, bar, number }, k) => {
      const [from, to] = [Math.min(0, logits[k]), Math.max(0, logits[k])].map((z) => 50 + (50 * z) / limit);
      bar.style.left = `${from.toFixed(3)}%`;
      bar.style.width = `${(to - from).toFixed(3)}%`;
      setText(number, brief(logits[k]));
      set(row, { "data-explained": k === target ? "" : null, "data-against": k === against ? "" : null });
      set(input, { "aria-label": `${names[k]}: logit ${format(logits[k])}${k === read ? ", the largest" : ""}${k === against ? ", subtracted" : ""}` });
    });
    setText(low, format(-limit));
    setText(high, format(limit));
  };
  return { element, update };
}

/** The rules of the layers, from the output down, and what these can be told. */
export function drawRules(control, settings, schema, keys) {
  const named = make("span", { class: "chosen" });
  const optional = ["epsilon", "gamma", "alpha", "absorb"].map((key) => [key, control(key)]);
  const element = fold(["Rules: ", named], false, ...keys.map((key) => control(key)), make("div", { class: "settings" }, ...optional.map(([, part]) => part)));
  const update = (now) => {
    setText(named, keys.toReversed().map((key) => schema[key].choices[now[key]]).join(", "));
    const used = new Set(keys.flatMap((key) => settings[now[key]]));
    for (const [key, part] of optional) set(part, { "data-unused": used.has(key) ? null : "" });
  };
  return { element, update };
}

/**
 * The sum of each layer, named from the input up and shown from the output down, and what was lost on the way to the next,
 * by the names of `kinds`.
 */
export function drawAccount(names, kinds = KINDS) {
  const sums = names.map((name) => line("sum", `Σ R of ${name}`));
  const lost = names.slice(1).map(() => line("lost", "lost"));
  const rows = sums.flatMap((sum, l) => (l ? [lost[l - 1], sum] : [sum])).reverse();
  const element = make("table", { class: "account" }, make("tbody", {}, ...rows.map((row) => row.element)));
  const update = ({ totals, losses }) => {
    totals.forEach((total, l) => setText(sums[l].cell, format(total)));
    losses.forEach((each, l) => {
      const some = Object.entries(kinds).filter(([kind]) => each[kind]).map(([kind, name]) => `${name} ${format(each[kind])}`);
      setText(lost[l].cell, some.join(", ") || "0");
    });
  };
  return { element, update };
}

function line(name, text) {
  const cell = make("td");
  return { cell, element: make("tr", { class: name }, make("th", { scope: "row" }, text), cell) };
}
