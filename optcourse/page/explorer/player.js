// The step control: next step or back, a step in parts, play. No step asks the kernel.
/** @import { Walk } from "../wire.d.ts" */

export const BAR = `<button data-do="back" title="previous step" aria-label="previous step">◀</button>
  <button data-do="play" title="play" aria-label="play">▶</button>
  <button data-do="next" title="next step" aria-label="next step">▶|</button>
  <input class="oc-step" type="range" min="0" value="0" aria-label="step"><output></output>
  <label>speed <select class="oc-speed" aria-label="speed"><option value="2">slow</option>
    <option value="6" selected>normal</option><option value="20">fast</option></select></label>
  <label class="oc-parts"><input type="checkbox"> row by row</label>`;

export class Player {
  /** @param {HTMLElement} bar @param {Walk} walk */
  constructor(bar, walk) {
    this.bar = bar;
    this.walk = walk;
    const find = (/** @type {string} */ selector) => /** @type {HTMLInputElement} */ (bar.querySelector(selector));
    this.button = find("[data-do=play]");
    this.inParts = find("[type=checkbox]");
    this.slider = find(".oc-step");
    this.speed = find(".oc-speed");
    this.said = find("output");
    /** @type {number | null} the part of the step that is shown */
    this.part = null;
    /** @type {ReturnType<typeof setInterval> | null} */
    this.timer = null;
    find("[data-do=back]").addEventListener("click", () => (this.pause(), this.back()));
    find("[data-do=next]").addEventListener("click", () => (this.pause(), this.next()));
    this.button.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.speed.addEventListener("change", () => {
      if (this.playing) (this.pause(), this.play());
    });
    this.inParts.addEventListener("change", () => this.go(this.walk.step, this.inParts.checked ? 0 : null));
    this.slider.addEventListener("input", () => {
      this.inParts.checked = false;
      this.go(Number(this.slider.value), null);
    });
  }

  get playing() {
    return this.timer !== null;
  }

  /** @param {number} step @param {number | null} part */
  go(step, part) {
    this.part = part;
    this.walk.go(Math.max(0, Math.min(step, this.walk.steps)), part);
  }

  next() {
    const { walk, part } = this;
    if (this.inParts.checked && part !== null && part < walk.parts - 1) this.go(walk.step, part + 1);
    else this.go(Math.min(walk.step, walk.steps) + 1, this.inParts.checked ? 0 : null);
  }

  back() {
    const { walk, part } = this;
    if (this.inParts.checked && part) this.go(walk.step, part - 1);
    else this.go(Math.min(walk.step, walk.steps) - 1, this.inParts.checked ? walk.parts - 1 : null);
  }

  pause() {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    this.button.textContent = "▶";
    this.button.setAttribute("aria-label", "play");
    this.walk.redraw();
  }

  play() {
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) return this.next(); // no motion: one step at a time
    const { walk } = this;
    if (walk.step >= walk.steps) this.go(0, null);
    this.button.textContent = "❚❚";
    this.button.setAttribute("aria-label", "pause");
    this.timer = setInterval(
      () => {
        this.next();
        const whole = !this.inParts.checked || this.part === walk.parts - 1;
        if (!this.bar.isConnected || (walk.step >= walk.steps && whole)) this.pause();
      },
      1000 / Number(this.speed.value),
    );
  }

  /** What the bar says. @param {number} step @param {number} steps @param {boolean} parts whether a step has any */
  follow(step, steps, parts) {
    this.bar.hidden = steps === 0;
    this.slider.max = String(steps);
    this.slider.value = String(step);
    const said = `step ${step} of ${steps}`;
    if (this.said.textContent !== said) this.said.textContent = said;
    const label = /** @type {HTMLElement} */ (this.inParts.parentElement);
    if (label.hidden === parts) label.hidden = !parts;
  }

  /** As if nobody had touched it. */
  reset() {
    if (this.playing) this.pause();
    this.part = null;
    this.inParts.checked = false;
  }
}
