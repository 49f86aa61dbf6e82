// What an explorer and a network trainer have in common: a setting that the page, Python and other clients write, and a theme.
import { putOnSheet } from "./layout.js";
import { isSame, merged } from "../compute/settings.js";
import { schemeOf } from "../plot/theme.js";
/** @import { Model } from "../wire.d.ts" */

/** @template {{ values: Record<string, number> }} Kind of setting */
export class View {
  /** @param {Model} model @param {HTMLElement} el */
  constructor(model, el) {
    this.model = model;
    this.el = el;
    this.scheme = ""; // of the colours that are shown, once they are known
    this.fit = ""; // what the present layout was made for
    this.near = false; // whether it is in the window, or soon will be: else its pictures can wait
    this.notice = ""; // what the page has to say, until something is moved
    this.painted = 0; // pictures so far
    /** @type {Kind} */
    this.now = model.get("setting");
    this.known = this.now; // the last setting that the model and the page have both had
  }

  /** @param {Partial<Kind>} changes */
  change(changes) {
    this.now = { ...this.now, ...changes };
  }

  /**
   * A setting as the model has it, with what has been moved here and is not saved yet; gives what was there before.
   * @param {Kind} given @param {boolean} force whether nothing that was here counts
   */
  receive(given, force) {
    const before = this.now;
    this.now = merged(given, before, force ? before : this.known);
    this.known = given;
    return before;
  }

  /** Only what is new: some front ends answer each save with a change. */
  save() {
    if (isSame(this.now, this.known)) return;
    this.known = this.now;
    this.model.set("setting", this.now);
    this.model.save_changes();
  }

  /** The colours of the theme that is under the view now, if it is another. */
  recolour() {
    const scheme = schemeOf(this.el);
    if (scheme === this.scheme) return;
    this.scheme = scheme;
    this.el.classList.toggle("oc-dark", scheme.startsWith("dark"));
    this.wear();
  }

  /** Draw in the colours that the style sheet has now. */
  wear() {}

  /** Whether there is a kernel: not all views need one. @param {"here" | "gone"} _kernel */
  setKernelStatus(_kernel) {}

  /** Give the pictures their sizes, where room or window has changed. @param {boolean} [_anew] whether in any case */
  arrange(_anew) {}

  /** Back from the sheet of paper to the window. */
  printed() {
    putOnSheet(this.el, false);
    this.recolour();
    this.arrange(true);
  }
}
