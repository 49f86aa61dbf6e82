// Light or dark: what lies under the view decides, in JupyterLab, on the site, or anywhere else.

/** Whether the background under an element is dark. @param {Element} el */
export function isDark(el) {
  for (let node = el.parentElement; node; node = node.parentElement) {
    const [r, g, b, alpha = 1] = (getComputedStyle(node).backgroundColor.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    if (alpha > 0.5) return 0.2126 * r + 0.7152 * g + 0.0722 * b < 110;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return scheme.includes("dark") && window.matchMedia("(prefers-color-scheme: dark)").matches;
}

/** What the colours of a view depend on: whether the background is dark, and whether the system has colours of its own. @param {Element} el */
export const schemeOf = (el) =>
  `${isDark(el) ? "dark" : "light"}${window.matchMedia("(forced-colors: active)").matches ? ", forced" : ""}`;

/** Hear of what may be another theme: ask {@link schemeOf}. @param {() => void} changed @returns {() => void} ends it */
export function watchTheme(changed) {
  const watcher = new MutationObserver(changed);
  for (const node of [document.documentElement, document.body])
    watcher.observe(node, { attributes: true, attributeFilter: ["class", "style", "theme", "data-jp-theme-light", "data-jp-theme-name"] }); // prettier-ignore
  const schemes = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((each) => window.matchMedia(each));
  for (const scheme of schemes) scheme.addEventListener("change", changed);
  return () => {
    watcher.disconnect();
    for (const scheme of schemes) scheme.removeEventListener("change", changed);
  };
}
