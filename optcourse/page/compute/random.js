// The numbers that NumPy draws: np.random.default_rng(seed) in the page, so that orders, starts and dropout are those of Python.
// PCG64 (O'Neill 2014: XSL-RR over 128 bits), seeded by SeedSequence; normal numbers by the ziggurat of 256 layers.

const LIMB = 2 ** 22; // a number of 128 bits is six limbs of 22: sums of their products stay exact
const MULTIPLIER = limbsOf(0x2360ed051fc65da44385df649fccf645n);
const EDGE = 3.6541528853610087963519472518; // of the ziggurat's base
const AREA = 0.00492867323397465493; // of each layer
const MOST = 2 ** 52;

/** @param {bigint} value */
function limbsOf(value) {
  return Array.from({ length: 6 }, (_, i) => Number((value >> BigInt(22 * i)) & BigInt(LIMB - 1)));
}

/** Four 64-bit words from a seed, as SeedSequence(seed).generate_state(4, uint64). @param {number} seed below 2³² */
function words(seed) {
  let hash = 0x43b0d7e5;
  const mixed = (/** @type {number} */ value) => {
    const before = value ^ hash;
    hash = Math.imul(hash, 0x931e8875);
    const after = Math.imul(before, hash);
    return after ^ (after >>> 16);
  };
  const pool = [seed, 0, 0, 0].map(mixed);
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++)
      if (from !== to) {
        const joined = Math.imul(pool[to], 0xca01f9dd) - Math.imul(mixed(pool[from]), 0x4973f715);
        pool[to] = joined ^ (joined >>> 16);
      }
  hash = 0x8b51f9dd;
  const halves = Array.from({ length: 8 }, (_, i) => {
    const before = pool[i % 4] ^ hash;
    hash = Math.imul(hash, 0x58f38ded);
    const after = Math.imul(before, hash);
    return BigInt((after ^ (after >>> 16)) >>> 0);
  });
  return [0, 2, 4, 6].map((i) => halves[i] | (halves[i + 1] << 32n));
}

/** The ziggurat's layers: heights, and how far each reaches, a whole number's unit and where it needs no second look. */
function layers() {
  const [heights, units, sure] = [new Float64Array(256), new Float64Array(256), new Float64Array(256)];
  const height = (/** @type {number} */ x) => Math.exp(-0.5 * x * x);
  const base = AREA / height(EDGE);
  let [x, y, rest] = [EDGE, height(EDGE), 0]; // a height is y and what its rounding has left out: near 1 that counts
  [heights[0], units[0], sure[0]] = [1, base / MOST, Math.floor((EDGE / base) * MOST)];
  [heights[255], units[255]] = [y, EDGE / MOST];
  for (let i = 254; i > 0; i--) {
    const more = AREA / x + rest;
    rest = more - (y + more - y);
    y += more;
    const inner = Math.sqrt(-2 * (y > 0.5 ? Math.log1p(y - 1 + rest) : Math.log(y)));
    sure[i + 1] = Math.floor((inner / x) * MOST);
    [heights[i], units[i]] = [y, inner / MOST];
    x = inner;
  }
  return { heights, units, sure };
}
const ZIGGURAT = layers();

export class Random {
  /** @param {number} seed */
  constructor(seed) {
    const [a, b, c, d] = words(seed);
    const all = (1n << 128n) - 1n;
    const add = (((c << 64n) | d) << 1n) | 1n;
    this.state = limbsOf((add + ((a << 64n) | b)) & all);
    this.add = limbsOf(add & all);
    this.low = 0; // the two halves of the last word
    this.high = 0;
    this.kept = false; // whether the upper half is still to be given out
    this.next();
  }

  /** One more word of 64 bits. */
  next() {
    const [m, s, c] = [MULTIPLIER, this.state, this.add];
    let sum = c[0] + s[0] * m[0];
    const s0 = sum % LIMB;
    sum = (sum - s0) / LIMB + c[1] + s[0] * m[1] + s[1] * m[0];
    const s1 = sum % LIMB;
    sum = (sum - s1) / LIMB + c[2] + s[0] * m[2] + s[1] * m[1] + s[2] * m[0];
    const s2 = sum % LIMB;
    sum = (sum - s2) / LIMB + c[3] + s[0] * m[3] + s[1] * m[2] + s[2] * m[1] + s[3] * m[0];
    const s3 = sum % LIMB;
    sum = (sum - s3) / LIMB + c[4] + s[0] * m[4] + s[1] * m[3] + s[2] * m[2] + s[3] * m[1] + s[4] * m[0];
    const s4 = sum % LIMB;
    sum = (sum - s4) / LIMB + c[5] + s[0] * m[5] + s[1] * m[4] + s[2] * m[3] + s[3] * m[2] + s[4] * m[1] + s[5] * m[0];
    const s5 = sum % 2 ** 18;
    [s[0], s[1], s[2], s[3], s[4], s[5]] = [s0, s1, s2, s3, s4, s5];
    const low = s0 ^ (s1 << 22) ^ ((s2 >>> 20) | (s3 << 2) | (s4 << 24));
    const high = (s1 >>> 10) ^ (s2 << 12) ^ ((s4 >>> 8) | (s5 << 14));
    const turn = s5 >>> 12;
    const [l, h] = turn & 32 ? [high, low] : [low, high];
    const by = turn & 31;
    this.low = (by ? (l >>> by) | (h << (32 - by)) : l) >>> 0;
    this.high = (by ? (h >>> by) | (l << (32 - by)) : h) >>> 0;
  }

  /** A number in [0, 1), as random(). */
  random() {
    this.next();
    return (this.high * 2 ** 21 + (this.low >>> 11)) * 2 ** -53;
  }

  /** 32 bits: of each word the lower half, then the upper. */
  half() {
    this.kept = !this.kept;
    if (!this.kept) return this.upper;
    this.next();
    this.upper = this.high;
    return this.low;
  }
  upper = 0;

  /** A whole number from 0 to `most`: the lowest bits, drawn again while they are more. @param {number} most below 2³¹ */
  upTo(most) {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    for (;;) {
      const value = this.half() & mask;
      if (value <= most) return value;
    }
  }

  /** 0 … count − 1 in a random order, as permutation(count). @param {number} count */
  permutation(count) {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.upTo(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** A normal number, as standard_normal(). */
  normal() {
    const { heights, units, sure } = ZIGGURAT;
    for (;;) {
      this.next();
      const layer = this.low & 255;
      const sign = this.low & 256 ? -1 : 1;
      const whole = (this.high & 0x1fffffff) * 2 ** 23 + (this.low >>> 9);
      const x = sign * whole * units[layer];
      if (whole < sure[layer]) return x;
      if (layer === 0)
        for (;;) {
          const beyond = -Math.log1p(-this.random()) / EDGE;
          const y = -Math.log1p(-this.random());
          if (y + y > beyond * beyond) return Math.floor(whole / 256) % 2 ? -(EDGE + beyond) : EDGE + beyond;
        }
      if ((heights[layer - 1] - heights[layer]) * this.random() + heights[layer] < Math.exp(-0.5 * x * x)) return x;
    }
  }
}
