// The view as a widget of a notebook.
import { render } from "./mount.js";

export default { render };
