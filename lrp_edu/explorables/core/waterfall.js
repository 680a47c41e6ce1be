// How f(a), R₁, R₂ and ε add up to f(x): bars, each of which starts where the one before it ends.

import { format, make, set, setText } from "./elements.js";

/** The terms that add up to f(x), and where the bar of each begins and ends. */
export function sums({ f_a, R, epsilon }) {
  const terms = R ? [f_a, ...R, epsilon] : [0, 0, 0, 0];
  return { terms, stops: terms.reduce((all, term) => [...all, all.at(-1) + term], [0]) };
}

/** How f(a), R₁, R₂ and ε add up to f(x): each bar starts where the one before it ends, on a scale from −limit/2 to limit. */
export function waterfall() {
  const ROW = 19;
  const left = 40; // px for the names
  const rows = [0, 1, 2, 3].map((i) => ({
    bar: make("div", { class: "bar", style: `top: ${i * ROW + 3}px` }),
    name: make("span", { class: "bar-name", style: `top: ${i * ROW}px` }),
  }));
  const goal = make("div", { class: "bar-goal" });
  const goalName = make("span", { class: "bar-goal-name" });
  const scale = [-0.5, 0, 1].map((share) => ({ share, text: make("span", { class: "bar-tick" }) }));
  const area = make("div", { class: "bar-area", style: `left: ${left}px` }, make("div", { class: "bar-zero" }), ...rows.map((r) => r.bar), goal, goalName, ...scale.map((tick) => tick.text));
  const element = make("div", { class: "waterfall", style: `height: ${rows.length * ROW + 38}px`, role: "img" },
    ...rows.map((r) => r.name), area);

  const update = (point, { terms, stops }, { R, f_x }, limit) => {
    const place = (value) => (100 * (Math.min(Math.max(value, -limit / 2), limit) + limit / 2)) / (1.5 * limit);
    const anchor = (text, share) => Object.assign(text.style, { left: `${share}%`, transform: `translateX(-${share}%)` }); // inside at either end
    const names = [`f(${point})`, "R₁", "R₂", "ε"];
    rows.forEach(({ bar, name }, i) => {
      const [from, to] = [place(stops[i]), place(stops[i + 1])].sort((p, q) => p - q);
      bar.style.left = `${from}%`;
      bar.style.width = `${to - from}%`;
      bar.dataset.kind = i === 0 ? "baseline" : i === 3 ? "remainder" : terms[i] < 0 ? "negative" : "positive";
      bar.hidden = !R;
      bar.toggleAttribute("data-cut", Math.max(stops[i], stops[i + 1]) > limit); // while the scale rests
      setText(name, names[i]);
    });
    for (const { share, text } of scale) {
      setText(text, format(share * limit));
      anchor(text, place(share * limit));
    }
    goal.style.left = `${place(f_x)}%`;
    anchor(goalName, place(f_x));
    setText(goalName, `f(x) = ${format(f_x)}`);
    set(element, { "aria-label": `${names.join(", ")}: ${terms.map(format).join(" + ")}; f(x) is ${format(f_x)}` });
  };
  return { element, update };
}
