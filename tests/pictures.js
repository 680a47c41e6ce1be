// Sets a figure to many states, and reads back what is painted for each: where every part lies on the screen, and how it
// looks. Nothing is asked of the figure but to take a state; what it draws is read as a visitor sees it.

async ({ index, states, parts }) => {
  const LOOKS = [
    "stroke", "strokeWidth", "strokeDasharray", "strokeOpacity", "fill", "fillOpacity", "vectorEffect", "textAnchor", "color",
    "backgroundColor", "backgroundImage", ...["Top", "Bottom", "Left"].flatMap((side) => ["Width", "Style", "Color"].map((what) => `border${side}${what}`)),
    "fontStyle", "fontWeight", "fontSize", "cursor", "clipPath", "filter", "transform",
  ];
  const root = document.querySelectorAll(".explorable")[index];
  const pictures = [];
  const [opacities, displayed] = [new Map(), new Map()];
  for (const state of states) {
    if (state) {
      root.explorable.set(state);
      root.explorable.flush();
    }
    opacities.clear();
    displayed.clear();
    pictures.push(Object.fromEntries(Object.entries(parts).map(([name, selector]) => [name, [...root.querySelectorAll(selector)].map(read)])));
  }
  return JSON.stringify(pictures);

  /** One part of the picture: its points and box in pixels of the window, its look, its text, its attributes. */
  function read(element) {
    const style = getComputedStyle(element);
    const { left, top, width, height } = element.getBoundingClientRect();
    const shape = element instanceof SVGGraphicsElement ? geometry(element) : {};
    return {
      tag: element.tagName.toLowerCase(),
      attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
      text: element.textContent.trim(),
      cells: [...(element.cells ?? [])].map((cell) => cell.textContent),
      shown: rendered(element) && element.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
      box: [left, top, width, height],
      inner: inner(element),
      style: Object.fromEntries(LOOKS.map((name) => [name, style[name]])),
      opacity: opacity(element),
      ...shape,
      ...control(element),
    };
  }

  /** Where the content of an element lies, such as the letters of a text: left, top, width, height. */
  function inner(element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const { left, top, width, height } = range.getBoundingClientRect();
    return [left, top, width, height];
  }

  function geometry(element) {
    const matrix = element.getScreenCTM();
    const scale = Math.sqrt(Math.abs(matrix.a * matrix.d - matrix.b * matrix.c));
    const onScreen = ([x, y]) => [matrix.a * x + matrix.c * y + matrix.e, matrix.b * x + matrix.d * y + matrix.f];
    return { points: outline(element).map(onScreen), scale };
  }

  /** The ends of a line, center and rim of a circle, corners of a rectangle, points all along a path, the place of a text. */
  function outline(element) {
    const value = (name) => element[name].baseVal.value;
    switch (element.tagName) {
      case "line": return [[value("x1"), value("y1")], [value("x2"), value("y2")]];
      case "circle": return [[value("cx"), value("cy")], [value("cx") + value("r"), value("cy")]];
      case "rect": {
        const [x, y, w, h] = ["x", "y", "width", "height"].map(value);
        return [[x, y], [x + w, y], [x + w, y + h], [x, y + h]];
      }
      case "text": case "tspan": {
        const [x, y] = [element.x.baseVal[0]?.value ?? 0, element.y.baseVal[0]?.value ?? 0];
        return [[x, y]];
      }
      case "path": case "polyline": case "polygon": return along(element);
      default: return [[0, 0]]; // a group: where its origin lies
    }
  }

  /** Points along a path, every third pixel or closer, those that lie far outside of the picture left out. */
  function along(path) {
    const { clientWidth, clientHeight } = path.ownerSVGElement;
    const length = path.getTotalLength();
    if (!length) return [];
    const [coarse, fine] = [Math.max(1, Math.round(length / 24)), 9];
    const at = (share) => path.getPointAtLength(share * length);
    const near = ({ x, y }) => x > -60 && x < clientWidth + 60 && y > -60 && y < clientHeight + 60;
    const ends = Array.from({ length: coarse + 1 }, (_, n) => at(n / coarse));
    const parts = ends.slice(1).flatMap((end, n) =>
      near(ends[n]) || near(end) ? Array.from({ length: fine }, (_, m) => at((n + m / fine) / coarse)) : []);
    return [...parts, ends.at(-1)].filter(near).map(({ x, y }) => [x, y]);
  }

  /** Whether it and all that it lies in is displayed; checkVisibility alone overlooks groups of an SVG that are not. */
  function rendered(element) {
    if (!element) return true;
    if (!displayed.has(element)) displayed.set(element, getComputedStyle(element).display !== "none" && rendered(element.parentElement));
    return displayed.get(element);
  }

  /** How much of an element is seen through all that it lies in. */
  function opacity(element) {
    if (!element) return 1;
    if (!opacities.has(element)) opacities.set(element, Number(getComputedStyle(element).opacity) * opacity(element.parentElement));
    return opacities.get(element);
  }

  function control(element) {
    if (!("value" in element) || !("disabled" in element)) return {};
    const { value, checked = null, disabled, min = "", max = "", step = "" } = element;
    const labels = [...(element.labels ?? [])].map((label) => label.textContent.trim());
    const options = [...(element.options ?? [])].map((option) => [option.value, option.textContent]);
    return { value, checked, disabled, min, max, step, labels, options };
  }
}
