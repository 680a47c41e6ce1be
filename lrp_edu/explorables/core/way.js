// The straight way between the point of expansion and x in the plane of two inputs.

import { make, set } from "./elements.js";
import { ends } from "./plot.js";

/** The straight way from a to x. */
export function straightWay(plane, parent) {
  const lines = ["way-halo", "way"].map((name) => make("line", { class: name }));
  parent.append(...lines);
  return (a, x) => lines.forEach((line) => set(line, ends(plane, a, x)));
}

/** The way of each input from a to x, colored by the sign of its share; none without a. */
export function legs(plane, parent) {
  const lines = [0, 1].map(() => make("line", { class: "leg" }));
  parent.append(...lines);
  return (x, a, R) => {
    for (const line of lines) set(line, { display: a ? null : "none" });
    if (!a) return;
    const turn = [x[0], a[1]];
    set(lines[0], { ...ends(plane, a, turn), "data-sign": Math.sign(R[0]) });
    set(lines[1], { ...ends(plane, turn, x), "data-sign": Math.sign(R[1]) });
  };
}
