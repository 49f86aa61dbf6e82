// Where a reader is. The page grows while its views are set up; what a link names, or where one comes back to, must not slip away.
const HANDS = ["wheel", "touchmove", "keydown", "pointerdown"]; // from then on the reader says where
const KEPT = `optcourse place ${location.pathname}`;

/** The last cell that begins above the window's top, and where it begins. */
function present() {
  const begun = (/** @type {Element} */ cell) => cell.getBoundingClientRect().top <= 1;
  const cell = [...document.querySelectorAll("main section[id]")].findLast(begun);
  return cell ? { id: cell.id, top: cell.getBoundingClientRect().top } : null;
}

/** @returns {{ id: string, top: number } | null} what was kept, for who comes back or loads the page again */
function before() {
  const [visit] = performance.getEntriesByType("navigation");
  if (!(visit instanceof PerformanceNavigationTiming) || visit.type === "navigate") return null;
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  } catch {
    return null; // a browser that keeps nothing
  }
}

/** The cell that the address names. */
function named() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return ""; // no address of ours
  }
}

/** Hold the place until the reader moves. @returns {() => void} lets it go: the page grows no more */
export function keepPlace() {
  history.scrollRestoration = "manual";
  window.addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(present()));
    } catch {
      // as above
    }
  });
  const place = before() ?? { id: named(), top: 0 };
  const cell = place.id && document.getElementById(place.id);
  if (!cell) return () => {};
  const hold = () => window.scrollBy(0, cell.getBoundingClientRect().top - place.top);
  const watcher = new ResizeObserver(hold);
  watcher.observe(document.body);
  const release = () => watcher.disconnect();
  for (const hand of HANDS) window.addEventListener(hand, release, { once: true, passive: true });
  return release;
}
