// On paper the book is in its light theme, and what can be opened is open; afterwards all is as it was.
(() => {
  const root = document.documentElement;
  const closed = "main details:not([open], .hide)";
  let undo = null;
  const prepare = () => {
    if (undo) return;
    const { theme } = root.dataset;
    const opened = [...document.querySelectorAll(closed)];
    root.dataset.theme = "light";
    for (const details of opened) details.open = true;
    undo = () => {
      root.dataset.theme = theme;
      for (const details of opened) details.open = false;
    };
  };
  const restore = () => {
    undo?.();
    undo = null;
  };
  addEventListener("beforeprint", prepare);
  addEventListener("afterprint", restore);
  // A preview, or a tool that asks for the look of print, sends no such events.
  matchMedia("print").addEventListener("change", ({ matches }) => (matches ? prepare() : restore()));
})();
