// What a view says: what is wrong or missing, and what became of the runs, for screen readers.
import { make } from "./controls.js";
import { entry } from "../formula/compile.js";
import { brief } from "../formula/mathml.js";
/** @import { Shown } from "../wire.d.ts" */
/** @import { SidePanels } from "./side_panels.js" */
/** @import { ContourView } from "./contour_view.js" */

/** What became of the runs, in a sentence. @param {Shown[]} shown */
function inWords(shown) {
  const said = shown.map(({ variant, run }) => {
    const loss = (/** @type {number} */ step) => brief(entry(run.at(variant.loss, step), 0));
    return `${variant.label}: ${run.end || `loss ${loss(0)} → ${loss(run.steps)}`}`;
  });
  return `${said.join("; ")}.`;
}

export class Status {
  /** @param {HTMLElement} warning @param {HTMLElement} description @param {string} help where one gets a kernel, on a page that has none */
  constructor(warning, description, help) {
    this.warning = warning;
    this.description = description;
    this.help = help;
    this.said = "";
  }

  /** @param {string[]} sentences @param {string} disabledReason what a kernel is needed for, or nothing */
  warn(sentences, disabledReason) {
    const words = [...sentences, disabledReason].filter(Boolean).join(" ");
    if (this.said === words) return;
    this.said = words;
    this.warning.replaceChildren(words);
    if (disabledReason && this.help)
      this.warning.append(" ", make("a", null, { href: this.help }, "See how to start one."));
  }

  /** @param {Shown[]} shown @param {ContourView} contour @param {SidePanels} side */
  describe(shown, contour, side) {
    const words = inWords(shown);
    this.description.textContent = words;
    contour.canvas.setAttribute("aria-label", `surface. ${words} Arrow keys move the start, plus and minus zoom.`);
    for (const { painter, panel } of side.pictures)
      painter.canvas.setAttribute("aria-label", `${panel.title}. ${words}`);
  }
}
