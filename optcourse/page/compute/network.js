// The course's network in the page: loss and gradient on the digits, mini-batches, start and dropout as NumPy's train has them.
// θ is flat: for each layer its weights, input by input, then its biases. Plain loops are fast enough, since half of a digit's pixels
// and half of the hidden units are zero and are passed over.
import { Random } from "./random.js";

export const PIXELS = 64;
export const CLASSES = 10;
export const DARKEST = 16;

/**
 * Examples: `first` says where the dark pixels of each begin in `places` and `values`, which hold them one after the other.
 * @typedef {{ count: number, pixels: Uint8Array, labels: Uint8Array, first: Uint32Array, places: Uint8Array, values: Float64Array }} Examples
 */
/** @typedef {{ train: Examples, validation: Examples }} Digits */

/** @param {Uint8Array} pixels @param {Uint8Array} labels @returns {Examples} */
export function examplesOf(pixels, labels) {
  const first = new Uint32Array(labels.length + 1);
  const places = [];
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i]) places.push(i);
    if (i % PIXELS === PIXELS - 1) first[(i + 1) / PIXELS] = places.length;
  }
  const values = Float64Array.from(places, (i) => pixels[i] / DARKEST);
  return { count: labels.length, pixels, labels, first, places: Uint8Array.from(places, (i) => i % PIXELS), values };
}

/** Bytes of their own: from the kernel, or in base64 from a page without one. @param {DataView | string} bytes */
export function bytesOf(bytes) {
  if (typeof bytes === "string") return Uint8Array.from(atob(bytes), (each) => each.charCodeAt(0));
  return Uint8Array.from(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

/**
 * The digits from bytes, deflated: the pixels of all, then the labels; the first `counts[0]` train, the next `counts[1]` validate.
 * @param {Uint8Array<ArrayBuffer>} bytes @param {number[]} counts @returns {Promise<Digits>}
 */
export async function digitsOf(bytes, [train, validation]) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const all = new Uint8Array(await new Response(stream).arrayBuffer());
  const count = all.length / (PIXELS + 1);
  const part = (/** @type {number} */ from, /** @type {number} */ to) =>
    examplesOf(all.subarray(from * PIXELS, to * PIXELS), all.subarray(count * PIXELS + from, count * PIXELS + to));
  return { train: part(0, train), validation: part(train, train + validation) };
}

/** The digits, unpacked once for all network trainers of a page. @type {Map<string, Promise<Digits>>} */
const unpacked = new Map();

/** Those of a trainer. @param {DataView | string} bytes @param {number[]} counts */
export function digitsFrom(bytes, counts) {
  const key = `${typeof bytes === "string" ? bytes.length : bytes.byteLength} ${counts}`;
  const known = unpacked.get(key);
  if (known) return known;
  const made = digitsOf(bytesOf(bytes), counts);
  unpacked.set(key, made);
  return made;
}

/** Row numbers of one mini-batch after the other, each epoch in a new random order, as training.batches. @param {number} count @param {number} size @param {number} seed */
export function batches(count, size, seed) {
  const random = new Random(seed);
  let order = random.permutation(count);
  let at = 0;
  return () => {
    if (at + size > count) [order, at] = [random.permutation(count), 0];
    return order.subarray(at, (at += size));
  };
}

/** A multilayer perceptron 64-h-10 (ReLU, softmax), or 64-10 without hidden units, as training.Network. */
export class Network {
  /** @param {number} hidden @param {number} [dropout] @param {number} [seed] of what dropout leaves out */
  constructor(hidden, dropout = 0, seed = 0) {
    this.hidden = hidden;
    this.dropout = dropout;
    this.random = new Random(seed);
    this.width = hidden || CLASSES; // of the first layer
    this.second = hidden ? (PIXELS + 1) * hidden : 0; // where the last layer's weights begin
    this.last = hidden || PIXELS; // how many units the last layer reads
    this.biases = this.second + this.last * CLASSES;
    this.count = this.biases + CLASSES;
    this.units = new Float64Array(hidden);
    this.kept = new Float64Array(0); // what dropout makes of each hidden unit of each example of a mini-batch: 0, or more than 1
    this.errors = new Float64Array(this.width);
    this.scores = new Float64Array(CLASSES);
  }

  /** θ₀: He's initialisation, zero biases. @param {number} seed */
  start(seed) {
    const random = new Random(seed);
    const theta = new Float64Array(this.count);
    const draw = (/** @type {number} */ from, /** @type {number} */ inputs, /** @type {number} */ outputs) => {
      const scale = Math.sqrt(2 / inputs);
      for (let i = from; i < from + inputs * outputs; i++) theta[i] = scale * random.normal();
    };
    if (this.hidden) draw(0, PIXELS, this.hidden);
    draw(this.second, this.last, CLASSES);
    return theta;
  }

  /** Leave other hidden units out, for a mini-batch of this size. @param {number} size */
  leaveOut(size) {
    const { hidden, dropout } = this;
    if (!dropout) return;
    if (this.kept.length !== size * hidden) this.kept = new Float64Array(size * hidden);
    for (let i = 0; i < size * hidden; i++) this.kept[i] = this.random.random() >= dropout ? 1 / (1 - dropout) : 0;
  }

  /** The first layer's sums for an example. @param {Float64Array} theta @param {Examples} examples @param {number} row @param {Float64Array} out */
  sums(theta, { first, places, values }, row, out) {
    const { width } = this;
    const biases = PIXELS * width;
    for (let j = 0; j < width; j++) out[j] = theta[biases + j];
    const end = first[row + 1];
    let p = first[row];
    for (; p + 3 < end; p += 4) {
      // four pixels at a time: the sums are read and written a quarter as often
      const [v, x, y, z] = [values[p], values[p + 1], values[p + 2], values[p + 3]];
      const [a, b] = [places[p] * width, places[p + 1] * width];
      const [c, d] = [places[p + 2] * width, places[p + 3] * width];
      for (let j = 0; j < width; j++)
        out[j] += v * theta[a + j] + x * theta[b + j] + (y * theta[c + j] + z * theta[d + j]);
    }
    for (; p < end; p++) {
      const [x, from] = [values[p], places[p] * width];
      for (let j = 0; j < width; j++) out[j] += x * theta[from + j];
    }
  }

  /**
   * The scores of an example's classes; `place` in the mini-batch says which hidden units are left out.
   * @param {Float64Array} theta @param {Examples} examples @param {number} row @param {number} [place]
   */
  forward(theta, examples, row, place = -1) {
    const { hidden, units, scores, second, biases, dropout, kept } = this;
    if (!hidden) return this.sums(theta, examples, row, scores);
    this.sums(theta, examples, row, units);
    for (let j = 0; j < hidden; j++) if (units[j] < 0) units[j] = 0;
    if (dropout && place >= 0) for (let j = 0; j < hidden; j++) units[j] *= kept[place * hidden + j];
    for (let k = 0; k < CLASSES; k++) scores[k] = theta[biases + k];
    for (let j = 0; j < hidden; j++) {
      const [unit, from] = [units[j], second + j * CLASSES];
      if (unit !== 0) for (let k = 0; k < CLASSES; k++) scores[k] += unit * theta[from + k];
    }
  }

  /** The logarithm of the sum of exponentials of the scores. */
  total() {
    const { scores } = this;
    let [most, sum] = [scores[0], 0];
    for (let k = 1; k < CLASSES; k++) most = Math.max(most, scores[k]);
    for (let k = 0; k < CLASSES; k++) sum += Math.exp(scores[k] - most);
    return most + Math.log(sum);
  }

  /** ∇ of the mean loss of these rows, with the hidden units that are left out now. @param {Float64Array} theta @param {Examples} examples @param {Uint32Array} rows @param {Float64Array} into */
  gradient(theta, examples, rows, into) {
    const { scores, errors, units, hidden, second, biases, width, dropout } = this;
    const { labels, first, places, values } = examples;
    into.fill(0);
    for (const [place, row] of rows.entries()) {
      this.forward(theta, examples, row, place);
      const total = this.total();
      for (let k = 0; k < CLASSES; k++) {
        scores[k] = (Math.exp(scores[k] - total) - (k === labels[row] ? 1 : 0)) / rows.length;
        if (hidden) into[biases + k] += scores[k];
        else errors[k] = scores[k];
      }
      for (let j = 0; j < hidden; j++) {
        const [unit, from] = [units[j], second + j * CLASSES];
        errors[j] = 0;
        if (unit === 0) continue;
        let sum = 0;
        for (let k = 0; k < CLASSES; k++) {
          into[from + k] += unit * scores[k];
          sum += scores[k] * theta[from + k];
        }
        errors[j] = sum / (1 - dropout);
      }
      for (let j = 0; j < width; j++) into[PIXELS * width + j] += errors[j];
      for (let p = first[row]; p < first[row + 1]; p++) {
        const [x, from] = [values[p], places[p] * width];
        for (let j = 0; j < width; j++) into[from + j] += x * errors[j];
      }
    }
  }

  /**
   * The sum of the losses of the examples from … to − 1, without dropout; `guesses` takes the class that each is held for.
   * @param {Float64Array} theta @param {Examples} examples @param {number} from @param {number} to @param {Uint8Array} [guesses]
   */
  losses(theta, examples, from, to, guesses) {
    const { scores } = this;
    let sum = 0;
    for (let row = from; row < to; row++) {
      this.forward(theta, examples, row);
      sum += this.total() - scores[examples.labels[row]];
      if (guesses) guesses[row] = scores.indexOf(Math.max(...scores));
    }
    return sum;
  }
}
