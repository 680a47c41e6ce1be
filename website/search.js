
/* The book's own: where the words of a search stand in a page, the sections are named and linked to. */
(() => {
  const MOST = 3; // sections of one page
  const BEFORE = 80, LENGTH = 240; // characters of the passage that is shown
  const anchored = Search.makeSearchSummary;
  const HEADING = ":is(h1, h2, h3, h4, h5, h6)";
  const FIRST = 0xe000; // of the characters, of no alphabet, that stand for formulas
  const stems = new Map();
  let stemmer; // its script comes later

  function stem(word) {
    stemmer ??= new Stemmer();
    if (!stems.has(word)) stems.set(word, stemmer.stemWord(word));
    return stems.get(word);
  }

  /** Return the texts of a page's sections, each without those of the sections in it, and the formulas within lines. */
  function read(html) {
    const main = new DOMParser().parseFromString(html, "text/html").querySelector("article");
    const texts = new Map();
    for (const mark of main?.querySelectorAll(".headerlink, script, style, svg, [data-state]") ?? []) mark.remove();
    for (const formula of main?.querySelectorAll("div.math") ?? []) formula.replaceWith(" … ");
    const formulas = [...(main?.querySelectorAll(`math:not(${HEADING} *)`) ?? [])];
    formulas.forEach((formula, i) => formula.replaceWith(String.fromCharCode(FIRST + i)));
    for (const walker = document.createTreeWalker(main ?? document.createElement("p"), NodeFilter.SHOW_TEXT); walker.nextNode(); ) {
      const section = walker.currentNode.parentElement.closest(`section[id]:has(> ${HEADING})`);
      const shown = section && !walker.currentNode.parentElement.closest(HEADING) ? walker.currentNode.data : "";
      if (section) texts.set(section, (texts.get(section) ?? "") + shown);
    }
    const sections = [...texts].map(([section, text]) => ({ id: section.id, title: section.querySelector(HEADING).textContent, text }));
    return { sections, formulas };
  }

  /** Return where in a text the words stand, and how many of them do. */
  function find(text, terms) {
    const places = [...text.matchAll(/[\p{L}\p{N}_]+/gu)].flatMap(({ 0: word, index }) => {
      const lower = word.toLowerCase();
      const term = terms.find((each) => stem(lower) === each || lower.includes(each));
      return term === undefined ? [] : [{ index, term }];
    });
    return { places, number: new Set(places.map(({ term }) => term)).size };
  }

  function passage(text, place) {
    const start = Math.max(0, text.lastIndexOf(" ", Math.max(0, place - BEFORE)));
    const shown = text.slice(start, start + LENGTH).replace(/\s+/g, " ").trim();
    return `${start ? "… " : ""}${shown}${start + LENGTH < text.length ? " …" : ""}`;
  }

  Search.makeSearchSummary = (html, keywords, anchor) => {
    if (anchor) return anchored(html, keywords, anchor);
    const terms = [...keywords].map((term) => term.toLowerCase());
    const { sections: all, formulas } = read(html);
    const sections = all.map((section) => ({
      ...section,
      ...find(section.text, terms),
      number: find(`${section.title} ${section.text}`, terms).number,
    }));
    const best = Math.max(...sections.map(({ number }) => number));
    if (!(best > 0)) return anchored(html, keywords, anchor);
    const shown = sections
      .filter(({ number }) => number === best)
      .sort((a, b) => b.places.length - a.places.length)
      .slice(0, MOST);
    const list = Object.assign(document.createElement("ul"), { className: "search-sections" });
    for (const { id, title, text, places } of shown) {
      const link = Object.assign(document.createElement("a"), { textContent: title });
      link.dataset.section = id;
      const context = Object.assign(document.createElement("p"), { className: "context" });
      const parts = passage(text, places[0]?.index ?? 0).split(/([\ue000-\uf8ff])/);
      context.append(...parts.map((part, i) => (i % 2 ? formulas[part.charCodeAt() - FIRST] : part)));
      const item = document.createElement("li");
      item.append(link, context);
      list.append(item);
    }
    // Sphinx puts the list behind the link to the page; then it is known where the links lead.
    queueMicrotask(() => {
      const page = list.parentElement.querySelector("a").href;
      for (const link of list.querySelectorAll("a")) link.href = `${page}#${link.dataset.section}`;
    });
    return list;
  };
})();
