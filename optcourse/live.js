// The browser's half of LiveFigure: strokes the paths that matplotlib recorded over matplotlib's own background picture.
// Nothing is drawn here that is not a matplotlib artist in the kernel.

const PAD = "\u2007"; // a space as wide as a digit, so that the numbers keep their place

// A number of the formula in four digits. Fixed numbers (hyperparameters) are short; bare ones need no parentheses.
function text(value, { fixed, bare }) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const tiny = size !== 0 && (size < 1e-3 || size >= 1e5);
  let digits = fixed !== undefined ? String(Number(size.toPrecision(5))) : tiny ? size.toExponential(2) : size.toPrecision(4);
  digits = digits.replace("-", "−").replace("+", "");
  if (value < 0) digits = bare === undefined ? `(−${digits})` : `−${digits}`;
  return fixed !== undefined ? digits : digits.padStart(6, PAD);
}

function trace(path, vertices, codes, from, to, dx, dy, height) {
  const x = (i) => vertices[2 * i] + dx, y = (i) => height - vertices[2 * i + 1] - dy;
  for (let i = from; i < to; i++) {
    if (codes[i] === 1) path.moveTo(x(i), y(i));
    else if (codes[i] === 2) path.lineTo(x(i), y(i));
    else if (codes[i] === 3) { path.quadraticCurveTo(x(i), y(i), x(i + 1), y(i + 1)); i += 1; }
    else if (codes[i] === 4) { path.bezierCurveTo(x(i), y(i), x(i + 1), y(i + 1), x(i + 2), y(i + 2)); i += 2; }
    else if (codes[i] === 79) path.closePath();
  }
  return path;
}

function polyline(vertices, from, to, height) {
  const path = new Path2D();
  let down = false;
  for (let i = from; i < to; i++) {
    const x = vertices[2 * i], y = height - vertices[2 * i + 1];
    if (!Number.isFinite(x) || !Number.isFinite(y)) { down = false; continue; }
    if (down) path.lineTo(x, y); else path.moveTo(x, y);
    down = true;
  }
  return path;
}

// Strokes a frame as it came, or at another of its steps once all steps are here. In parts: while part k of a step is
// shown, vectors of later rows wait, and what moves is still where the step began.
function draw(context, frame, step, part, height) {
  const elsewhere = frame.all && (part !== null || step !== frame.step);
  for (const command of frame.commands) {
    const moving = command.moving !== undefined;
    if (moving && part !== null && command.row > part) continue;
    context.save();
    if (command.clip) {
      const [left, bottom, wide, high] = command.clip;
      context.beginPath();
      context.rect(left, height - bottom - high, wide, high);
      context.clip();
    }
    context.strokeStyle = command.stroke;
    context.lineWidth = command.width;
    context.lineCap = command.cap;
    context.lineJoin = command.join;
    if (command.dash) { context.setLineDash(command.dash); context.lineDashOffset = command.dashFrom; }
    const paint = (path) => {
      if (command.fill) { context.fillStyle = command.fill; context.fill(path); }
      if (command.width > 0) context.stroke(path);
    };
    let points = frame.vertices, { from, to } = command;
    if (moving && elsewhere) {
      const each = frame.all.each[command.moving];
      points = frame.all.blocks;
      from = frame.all.starts[command.moving] + each * (part !== null && command.row < 0 ? Math.max(step - 1, 0) : step);
      to = from + each;
    }
    if (command.stamp) { // all markers of a line are one path
      const path = new Path2D();
      for (let i = from; i < to; i++)
        if (Number.isFinite(points[2 * i]) && Number.isFinite(points[2 * i + 1]))
          trace(path, frame.vertices, frame.codes, ...command.stamp, points[2 * i], points[2 * i + 1], height);
      paint(path);
    } else if (moving && elsewhere) paint(polyline(points, from, to, height));
    else paint(trace(new Path2D(), points, frame.codes, from, to, 0, 0, height));
    context.restore();
  }
}

// The formula's numbers of a step, as far as they are here.
function numbersOf(frame, step) {
  const all = frame.all;
  return step === frame.step || !all ? frame.numbers : all.numbers.subarray(step * all.slots, (step + 1) * all.slots);
}

const CONTROLS = `<canvas role="img" tabindex="0"></canvas>
  <div class="oc-bar" role="group" aria-label="steps of the run">
    <button data-do="back" title="one step back" aria-label="one step back">◀</button>
    <button data-do="play" title="play" aria-label="play">▶</button>
    <button data-do="next" title="one step on" aria-label="one step on">▶|</button>
    <label>step <input type="range" min="0" value="0" aria-label="step"></label><output></output>
    <label>speed <select aria-label="speed"><option value="2">slow</option><option value="6" selected>normal</option>
      <option value="20">fast</option></select></label>
    <label class="oc-parts"><input type="checkbox"> in parts</label><span class="oc-part" aria-live="polite"></span>
  </div>
  <div class="oc-formulas"></div>`;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function render({ model, el }) {
  el.classList.add("oc-live");
  el.innerHTML = CONTROLS;
  const find = (selector) => el.querySelector(selector);
  const canvas = find("canvas"), slider = find("input[type=range]"), shown = find("output"), formulas = find(".oc-formulas");
  const play = find("[data-do=play]"), inParts = find("[type=checkbox]"), caption = find(".oc-part");
  const context = canvas.getContext("2d");
  for (const control of el.querySelectorAll("canvas, input, button, select"))
    control.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the arrow keys for itself
  const [width, height] = model.get("size");
  const ratio = window.devicePixelRatio || 1;
  let frame = null, picture = null, pictureId = 0, slots = [], rows = [], parts = 0, part = null, timer = null;
  let guarded = null;
  let asked = false, wanted = null; // a pointer message on its way, and the latest one behind it
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;

  // ---- what is seen ----

  function paint() {
    if (!guarded && el.isConnected) { // what gets the focus beside the figure keeps its arrow keys, too: the sliders
      guarded = el.closest(".jp-OutputArea-output") || el;
      guarded.addEventListener("focusin", (event) => { event.target.dataset.lmSuppressShortcuts = "true"; });
    }
    if (!frame || !picture || frame.picture !== pictureId) return; // the old picture stays until the new one is whole
    const step = Math.min(model.get("step"), frame.steps);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, frame, step, part, height);
    find(".oc-bar").hidden = frame.steps === 0;
    slider.max = frame.steps;
    slider.value = step;
    shown.textContent = `${step} of ${frame.steps}`;
    const numbers = numbersOf(frame, step);
    for (const [index, node] of slots.entries()) {
      const written = text(numbers[index], node.dataset);
      if (node.textContent !== written) node.textContent = written;
    }
    canvas.dataset.frames = Number(canvas.dataset.frames || 0) + 1;
  }

  function showPart() {
    for (const row of rows) {
      row.classList.toggle("oc-now", part === Number(row.dataset.row));
      row.classList.toggle("oc-later", part !== null && part < Number(row.dataset.row));
    }
    const now = rows.find((row) => part === Number(row.dataset.row));
    caption.textContent = now ? now.querySelector(".oc-caption").textContent : "";
  }

  function setFormula() {
    formulas.innerHTML = model.get("formula");
    slots = [...formulas.querySelectorAll("[data-slot]")];
    rows = [...formulas.querySelectorAll(".oc-row")];
    parts = Math.max(0, ...rows.map((row) => Number(row.dataset.row) + 1));
    find(".oc-parts").hidden = parts === 0;
    find(".oc-bar").hidden = !frame || frame.steps === 0;
    part = null;
    showPart();
    paint();
  }

  function describe() { canvas.setAttribute("aria-label", `${model.get("description")} Arrow keys move the start.`); }

  // ---- stepping, without the kernel; it hears of the step when the hand is off ----

  function go(step, tell = true) {
    model.set("step", Math.max(0, Math.min(step, frame ? frame.steps : 0)));
    if (tell) model.save_changes();
    showPart();
    paint();
  }

  function next(tell = true) {
    const step = model.get("step");
    if (inParts.checked && part !== null && part < parts - 1) { part += 1; go(step, tell); return; }
    part = inParts.checked ? 0 : null;
    go(step + 1, tell);
  }

  function back() {
    const step = model.get("step");
    if (inParts.checked && part > 0) { part -= 1; go(step); return; }
    part = inParts.checked ? parts - 1 : null;
    go(step - 1);
  }

  function pause() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶";
    play.setAttribute("aria-label", "play");
    model.save_changes();
  }

  function start() {
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) { next(); return; } // no motion: one step at a time
    if (model.get("step") >= frame.steps) go(0, false);
    play.textContent = "❚❚";
    play.setAttribute("aria-label", "pause");
    timer = setInterval(() => {
      next(false);
      const last = !inParts.checked || part === parts - 1;
      if (!el.isConnected || (model.get("step") >= frame.steps && last)) pause();
    }, 1000 / Number(find("select").value));
  }

  find("[data-do=back]").addEventListener("click", () => { pause(); back(); });
  find("[data-do=next]").addEventListener("click", () => { pause(); next(); });
  play.addEventListener("click", () => (timer === null ? start() : pause()));
  find("select").addEventListener("change", () => { if (timer !== null) { pause(); start(); } });
  inParts.addEventListener("change", () => { part = inParts.checked ? 0 : null; go(model.get("step")); });
  slider.addEventListener("input", () => { part = null; inParts.checked = false; go(Number(slider.value), false); });
  slider.addEventListener("change", () => model.save_changes());

  // ---- the pointer: the kernel gets one message at a time, and always the latest ----

  function ask(message) {
    if (asked) { wanted = message; return; }
    asked = true;
    model.send(message);
  }

  function place(event) {
    const box = canvas.getBoundingClientRect(), scale = width / box.width;
    return [(event.clientX - box.left) * scale, height - (event.clientY - box.top) * scale];
  }

  let held = null; // the Axes on which the pointer went down
  canvas.addEventListener("pointerdown", (event) => {
    const [x, y] = place(event);
    held = frame ? frame.axes.findIndex(([left, bottom, wide, high]) => x >= left && x <= left + wide && y >= bottom && y <= bottom + high) : -1;
    if (held < 0) return;
    canvas.setPointerCapture(event.pointerId);
    ask({ kind: "pointer", x, y, axes: held });
  });
  canvas.addEventListener("pointermove", (event) => {
    if (held === null || held < 0 || !(event.buttons & 1)) return;
    const [x, y] = place(event);
    ask({ kind: "pointer", x, y, axes: held });
  });
  canvas.addEventListener("pointerup", () => { held = null; });
  canvas.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    model.send({ kind: "key", dx: arrow[0], dy: arrow[1] });
  });

  // ---- from the kernel ----

  async function receive(content, buffers) {
    if (content.kind === "done") {
      asked = false;
      if (wanted) { const message = wanted; wanted = null; ask(message); }
      return;
    }
    const bytes = buffers.map((b) => (b.buffer ? b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength) : b));
    if (content.kind === "frame") {
      frame = { ...content, all: null, vertices: new Float32Array(bytes[0]), codes: new Uint8Array(bytes[1]),
        numbers: new Float32Array(bytes[2]) };
    } else if (content.kind === "steps") {
      if (!frame || content.frame !== frame.frame) return; // a newer frame is here: its steps will follow
      const starts = content.each.map((_, i) => (frame.steps + 1) * content.each.slice(0, i).reduce((a, b) => a + b, 0));
      frame.all = { ...content, starts, blocks: new Float32Array(bytes[0]), numbers: new Float32Array(bytes[1]) };
      if (part === null && Math.min(model.get("step"), frame.steps) === frame.step) return; // nothing else to see
    } else if (content.kind === "background") {
      const decoded = await createImageBitmap(new Blob([bytes[0]], { type: "image/png" }));
      if (content.picture < pictureId) return;
      picture = decoded;
      pictureId = content.picture;
    }
    paint();
  }

  const listening = { "msg:custom": receive, "change:formula": setFormula, "change:description": describe, "change:step": paint };
  for (const [event, reaction] of Object.entries(listening)) model.on(event, reaction);
  setFormula();
  describe();
  model.send({ kind: "ready", ratio });
  return () => {
    clearInterval(timer);
    for (const [event, reaction] of Object.entries(listening)) model.off(event, reaction);
  };
}

export default { render };
