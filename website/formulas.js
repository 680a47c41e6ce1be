// Turns TeX into MathML while the book is built. MathJax's parser gives the tree; what follows writes into it what TeX
// knows and a browser does not.

const { TeX } = MathJax._.input.tex_ts;
const { SerializedMmlVisitor } = MathJax._.core.MmlTree.SerializedMmlVisitor;

MathJax._.handlers.html_ts.RegisterHTMLHandler(MathJax._.adaptors.liteAdaptor.liteAdaptor());
const formatError = (_, error) => {
  throw new Error(error.message);
};
const parser = new TeX({ packages: ["base", "ams", "boldsymbol"], formatError });
const page = MathJax._.mathjax.mathjax.document("", { InputJax: parser });
const writer = new SerializedMmlVisitor();

/** Return the formula as MathML, or throw an error that says what is wrong with it. */
function mathml(tex, display) {
  const tree = page.convert(tex, { display, end: MathJax._.core.MathItem.STATE.CONVERT });
  tree.setTeXclass(null);
  tree.walkTree((node) => FINISH[node.kind]?.(node));
  return writer.visitTree(tree);
}

const FINISH = { inferredMrow: space, mrow: space, mo: grow, mover: accent, munder: accent, mtable: align };
const EM = { "": "0", thinmathspace: "0.1667em", mediummathspace: "0.2222em", thickmathspace: "0.2778em" };

/** Space a row as TeX does, by the classes of neighbors: a browser takes the minus in "(−1" for a difference. */
function space(row) {
  const [first, second] = row.childNodes;
  if (!second && first?.isEmbellished && first.coreMO().attributes.getExplicit("lspace")) return; // braces around it
  const spaced = [];
  row.childNodes.forEach((node, i) => {
    const [before, after] = [row.childNodes[i - 1], row.childNodes[i + 1]];
    if (node.isEmbellished) {
      const operator = node.coreMO().attributes;
      operator.set("lspace", gap(node));
      operator.set("rspace", after && !after.isEmbellished ? gap(after) : "0");
    } else if (before && !before.isEmbellished && gap(node) !== "0") {
      const width = gap(node);
      spaced.push(row.factory.create("mspace", { width }));
    }
    spaced.push(node);
  });
  row.setChildren(spaced);
}

const gap = (node) => EM[node.texSpacing()];

/** A bar grows to the size that \\Big asks for only where it is told that it can. */
function grow(operator) {
  if (operator.attributes.getExplicit("minsize")) operator.attributes.set("stretchy", true);
}

/** A tilde and a brace keep their size, and come close. */
function accent(node) {
  if (node.childNodes[1].isKind("mo")) node.attributes.set(node.isKind("mover") ? "accent" : "accentunder", true);
}

/** Browsers align the cells of a table by CSS alone. */
function align(table) {
  const names = ["columnalign", "columnspacing", "rowspacing"];
  const [columns, gaps, leads] = names.map((name) => String(table.attributes.get(name)).split(" "));
  const at = (list, i) => list[Math.min(i, list.length - 1)];
  table.childNodes.forEach((row, y) =>
    row.childNodes.forEach((cell, x) => {
      const [top, left] = [y ? `calc(${at(leads, y - 1)} + 0.25em)` : 0, x ? at(gaps, x - 1) : 0];
      cell.attributes.set("class", at(columns, x));
      cell.attributes.set("style", `padding: ${top} 0 0 ${left}`);
    }),
  );
}
