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

function trace(vertices, codes, from, to, dx, dy, height) {
  const path = new Path2D();
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

function draw(context, frame, step, height) {
  for (const command of frame.commands) {
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
    const stepped = command.block !== undefined;
    const points = stepped ? frame.blocks : frame.vertices;
    const from = stepped ? command.block + step * command.each : command.from;
    const to = stepped ? from + command.each : command.to;
    if (command.stamp) {
      for (let i = from; i < to; i++)
        if (Number.isFinite(points[2 * i]) && Number.isFinite(points[2 * i + 1]))
          paint(trace(frame.vertices, frame.codes, ...command.stamp, points[2 * i], points[2 * i + 1], height));
    } else paint(stepped ? polyline(points, from, to, height) : trace(points, frame.codes, from, to, 0, 0, height));
    context.restore();
  }
}

function render({ model, el }) {
  el.classList.add("oc-live");
  el.innerHTML = `<canvas role="img"></canvas>
    <div class="oc-bar"><label>step <input type="range" min="0" value="0" aria-label="step"></label><output></output></div>
    <div class="oc-formulas"></div>`;
  const canvas = el.querySelector("canvas"), slider = el.querySelector("input");
  const shown = el.querySelector("output"), formulas = el.querySelector(".oc-formulas");
  const context = canvas.getContext("2d");
  for (const control of [slider]) control.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the arrow keys
  const [width, height] = model.get("size");
  let frame = null, picture = null, pictureId = 0, slots = [], ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;

  function paint() {
    if (!frame || !picture || frame.picture !== pictureId) return; // the old picture stays until the new one is whole
    const step = Math.min(model.get("step"), frame.steps);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(context, frame, step, height);
    slider.max = frame.steps;
    slider.value = step;
    shown.textContent = `${step} of ${frame.steps}`;
    for (const [index, node] of slots.entries())
      node.textContent = text(frame.numbers[step * frame.slots + index], node.dataset);
    canvas.dataset.frames = Number(canvas.dataset.frames || 0) + 1;
  }

  function setFormula() {
    formulas.innerHTML = model.get("formula");
    slots = [...formulas.querySelectorAll("[data-slot]")];
    paint();
  }
  function describe() { canvas.setAttribute("aria-label", model.get("description")); }

  async function receive(content, buffers) {
    const bytes = buffers.map((b) => (b.buffer ? b.buffer.slice(b.byteOffset, b.byteOffset + b.byteLength) : b));
    if (content.kind === "frame") {
      frame = { ...content, vertices: new Float32Array(bytes[0]), codes: new Uint8Array(bytes[1]),
        blocks: new Float32Array(bytes[2]), numbers: new Float32Array(bytes[3]) };
    } else if (content.kind === "background") {
      const decoded = await createImageBitmap(new Blob([bytes[0]], { type: "image/png" }));
      if (content.picture < pictureId) return;
      picture = decoded;
      pictureId = content.picture;
    }
    paint();
  }

  slider.addEventListener("input", () => { model.set("step", Number(slider.value)); paint(); });
  slider.addEventListener("change", () => model.save_changes());
  model.on("msg:custom", receive);
  model.on("change:formula", setFormula);
  model.on("change:description", describe);
  model.on("change:step", paint);
  setFormula();
  describe();
  model.send({ kind: "ready", ratio });
  return () => { model.off("msg:custom", receive); model.off("change:formula", setFormula);
    model.off("change:description", describe); model.off("change:step", paint); };
}

export default { render };
