// The controls of a network trainer: which methods train, and the sliders of each.
import { Controls, htmlOf, keepKeys, make } from "../explorer/controls.js";
import { numbersOf, textsOf } from "../compute/settings.js";
/** @import { TrainerView } from "./trainer.js" */
/** @import { TrainerConfig, TrainerSetting } from "../wire.d.ts" */

const MOST = 6; // methods at a time
const IN_SIGHT = ["batch size", "hidden units"]; // of what methods share, on a phone

/**
 * The declaration with what is seldom used folded away: of many methods all but η, whose slider then has its method's name; on a
 * phone all but η and what the network is.
 * @param {TrainerConfig} experiment @param {TrainerSetting} now @param {boolean} narrow
 */
export function inSight(experiment, now, narrow) {
  const few = now.chosen.length <= 2;
  const mine = experiment.controls.filter(({ method }) => method === null || now.chosen.includes(method));
  const controls = mine.map((control) => {
    const { name, method, symbol } = control;
    if (method === null) return { ...control, folded: narrow && !IN_SIGHT.includes(name) };
    if (!name.startsWith("η")) return { ...control, folded: narrow || !few };
    const [{ label, look }] = experiment.methods[method];
    const shown = `${htmlOf(symbol, name)} <span style="color: var(--oc-${look.colour}); font-size: 0.9em">${label.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</span>`;
    return few ? control : { ...control, method: null, shown, doc: "" };
  });
  return { ...experiment, controls, own: false, built_in: 0 };
}

/** A setting that anybody may have written, with the first one's part where a part makes no sense. @param {any} given @param {TrainerConfig} experiment @returns {TrainerSetting} */
export function completed(given, { first, methods }) {
  const isMethod = (/** @type {any} */ value) => Number.isInteger(value) && value >= 0 && value < methods.length;
  const chosen = Array.isArray(given.chosen) ? given.chosen.filter(isMethod) : [];
  return {
    ...first,
    ...given,
    values: numbersOf(given.values, first.values),
    chosen: chosen.length ? chosen : first.chosen,
    focus: isMethod(given.focus) ? given.focus : first.focus,
    variants: methods.map((_, i) => (given.variants?.[i] === 1 ? 1 : 0)),
    rows: textsOf(given.rows, methods.length),
  };
}

/** The controls: which methods; their sliders, those of many methods folded away but for η; the rest as in any explorer. */
export class TrainerControls extends Controls {
  /** @param {HTMLElement} box @param {TrainerView} trainer */
  constructor(box, trainer) {
    const host = {
      get config() { return inSight(trainer.experiment, trainer.now, trainer.narrow); },
      get methods() { return trainer.experiment.methods; }, // not by way of config, which is made at each call
      surfaces: [],
      get now() { return trainer.now; },
      disabledReason: "",
      change: (/** @type {Partial<TrainerSetting>} */ changes) => trainer.change(changes),
      moved: () => trainer.moved(),
      typeSurface() {},
      typeRows: (/** @type {number} */ i, /** @type {string} */ text) => trainer.typed(() => trainer.ownRows(i, text)),
      reset: () => trainer.reset(),
    }; // prettier-ignore
    super(box, /** @type {any} */ (host));
    this.trainer = trainer;
  }

  sliders() {
    const { box, trainer } = this;
    const row = make("div", box, { className: "oc-methods", role: "group", ariaLabel: "methods" });
    for (const [i, [{ label, look }]] of trainer.experiment.methods.entries()) {
      const button = make("button", row, { style: `color: var(--oc-${look.colour})` }, label);
      keepKeys(button);
      button.addEventListener("click", () => this.choose(i));
      this.follows.push(() => button.setAttribute("aria-pressed", String(trainer.now.chosen.includes(i))));
    }
    super.sliders();
  }

  /** One method more, or less. @param {number} method */
  choose(method) {
    const { trainer } = this;
    const { chosen } = trainer.now;
    const fewer = chosen.filter((each) => each !== method);
    if (fewer.length === chosen.length && chosen.length === MOST)
      return trainer.tell(`You can compare up to ${MOST} methods.`);
    const next = fewer.length < chosen.length ? fewer : [...chosen, method].sort((a, b) => a - b);
    if (!next.length) return trainer.tell("Keep at least one method.");
    trainer.change({ chosen: next, focus: fewer.length < chosen.length ? next[0] : method });
    this.build();
    trainer.moved();
  }

  /** @param {HTMLElement} parent */
  seldom(parent) {
    for (const control of this.host.config.controls) if (control.folded) this.hyper(parent, control);
    this.editors(parent);
    for (const area of parent.querySelectorAll("textarea"))
      area.hidden = !this.trainer.now.chosen.includes(Number(area.dataset.method));
  }
}
