// Merging a setting that Python or a second client has written with what the reader has moved in the meantime.

/** Whether two settings say the same: plain data, part by part. @param {any} one @param {any} other @returns {boolean} */
export function isSame(one, other) {
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return Object.is(one, other);
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => isSame(one[name], other[name]));
}

/**
 * What was given, but for what has been moved here since the last setting that both sides know.
 * @template {{ values: Record<string, number> }} Kind
 * @param {Kind} given @param {Kind} now @param {Kind} known
 * @returns {Kind}
 */
export function merged(given, now, known) {
  const moved = (/** @type {Record<string, any>} */ mine, /** @type {Record<string, any>} */ theirs) =>
    Object.fromEntries(Object.entries(mine).filter(([name, value]) => !isSame(value, theirs[name])));
  const { values: _, ...rest } = moved(now, known);
  // a slider that only the page has keeps its value
  return { ...given, ...rest, values: { ...now.values, ...given.values, ...moved(now.values, known.values) } };
}

/** Values by name, with the first one's where one is no number. @param {any} given @param {Record<string, number>} first @returns {Record<string, number>} */
export const numbersOf = (given, first) => ({
  ...first,
  ...Object.fromEntries(Object.entries({ ...given }).filter(([, value]) => Number.isFinite(value))),
});

/** So many texts; what is no text is empty. @param {any} given @param {number} count @returns {string[]} */
export const textsOf = (given, count) =>
  Array.from({ length: count }, (_, i) => (typeof given?.[i] === "string" ? given[i] : ""));
