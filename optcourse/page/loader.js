// What a notebook loads for each explorer. The script itself comes once, in a model that all explorers of a kernel share.
/** @import { Model } from "./wire.d.ts" */
/** @typedef {{ code: string, font: string }} Script the joined modules, and the style sheet of the font */
/** @typedef {Model & { widget_manager?: { get_model(id: string): Promise<Pick<Model, "get">> } }} Shared */

const PATIENCE = 20_000; // ms that Python has to send the script
const LATE = "This explorer has not arrived. Run its cell again.";
/** @type {Map<string, Promise<{ render(view: any): () => void }>>} by the script's checksum, for all explorers of the page */
const loaded = Reflect.get(globalThis, "optcourse scripts") ?? new Map();
Reflect.set(globalThis, "optcourse scripts", loaded);

/** Python sends it, to a front end that shares no models. @param {Model} model @returns {Promise<Script>} */
const sentBy = (model) =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(LATE)), PATIENCE);
    /** @param {any} content */
    const heard = (content) => {
      if (content.kind !== "script") return;
      clearTimeout(late);
      model.off("msg:custom", heard);
      resolve(content);
    };
    model.on("msg:custom", heard);
    model.send({ kind: "script" });
  });

/** @param {Shared} model @returns {Promise<Script>} */
async function scriptOf(model) {
  try {
    const shared = await /** @type {any} */ (model.widget_manager).get_model(model.get("script"));
    return { code: shared.get("code"), font: shared.get("font") };
  } catch {
    return sentBy(model);
  }
}

/** @param {Shared} model */
async function load(model) {
  const { code, font } = await scriptOf(model);
  document.head.append(Object.assign(document.createElement("style"), { textContent: font }));
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const { default: widget } = await import(/* webpackIgnore: true */ address);
  URL.revokeObjectURL(address);
  return widget;
}

/** @param {{ model: Shared, el: HTMLElement }} view */
async function render(view) {
  const checksum = view.model.get("checksum");
  if (!loaded.has(checksum)) loaded.set(checksum, load(view.model));
  try {
    const widget = await loaded.get(checksum);
    return widget?.render(view);
  } catch (error) {
    loaded.delete(checksum); // the next explorer tries again
    view.el.textContent = LATE;
    throw error;
  }
}

export default { render };
