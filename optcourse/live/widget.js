// The stage as a widget of a notebook.
import { render } from "./stage.js";

export default { render };
