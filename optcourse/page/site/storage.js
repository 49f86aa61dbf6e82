// What a reader has answered: kept in this browser, on this machine, and nowhere else. Where it must not be kept, the page goes on without.

const OURS = "optcourse ";
const PAGE = document.documentElement.dataset.page ?? "";

/** @param {string} page @param {string} name */
const keyOf = (page, name) => `${OURS}${page} ${name}`;

/** What was remembered of an activity, or nothing. @param {string} name @param {string} [page] @returns {any} */
export function recall(name, page = PAGE) {
  try {
    return JSON.parse(localStorage.getItem(keyOf(page, name)) ?? "null");
  } catch {
    return null; // not allowed here, or not ours
  }
}

/** @param {string} name @param {{ done: boolean } & Record<string, any>} what */
export function remember(name, what) {
  const before = recall(name);
  try {
    localStorage.setItem(keyOf(PAGE, name), JSON.stringify({ ...what, done: what.done || Boolean(before?.done) }));
  } catch {
    return; // the page goes on without
  }
  document.dispatchEvent(new Event("optcourse-progress"));
}

/** Whether this browser lets the page keep anything. */
export function canRemember() {
  try {
    localStorage.setItem(OURS, "");
    localStorage.removeItem(OURS);
    return true;
  } catch {
    return false;
  }
}

/** Forget all of it. */
export function forget() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(OURS)) localStorage.removeItem(key);
  } catch {
    return;
  }
  document.dispatchEvent(new Event("optcourse-progress"));
}
