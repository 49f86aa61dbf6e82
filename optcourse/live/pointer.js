// A pointer takes hold of the start, or of η and γ on the map; arrow keys move the start.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// `grab(panel, x, y)` hears where the pointer is, in the panel's data; `nudge(dx, dy)` of an arrow key
function reach(panel, frame, grab, nudge) {
  const { canvas } = panel,
    handle = make("div", frame, { className: "oc-handle" }); // a finger drags it; beside it, it scrolls the page
  panel.handle = handle;
  let held = false;
  const follow_ = (event) => {
    const box = canvas.getBoundingClientRect(),
      [wide, high] = panel.size,
      [px, py] = panel.seen;
    grab(
      panel,
      px.back(((event.clientX - box.left) * wide) / box.width),
      py.back(((event.clientY - box.top) * high) / box.height),
    );
  };
  for (const node of [canvas, handle]) {
    node.addEventListener("pointerdown", (event) => {
      if (!panel.seen || (node === canvas && (event.pointerType === "touch" || !inside(panel, event)))) return;
      held = true;
      node.setPointerCapture(event.pointerId);
      follow_(event);
    });
    node.addEventListener("pointermove", (event) => {
      if (held && event.buttons & 1) follow_(event);
    });
    for (const end of ["pointerup", "pointercancel"])
      node.addEventListener(end, () => {
        held = false;
      });
  }
  if (panel.grab !== "start") return;
  canvas.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    nudge(...arrow);
  });
}

function inside(panel, event) {
  const box = panel.canvas.getBoundingClientRect(),
    scale = panel.size[0] / box.width,
    [left, bottom, wide, high] = panel.box;
  const x = (event.clientX - box.left) * scale,
    y = panel.size[1] - (event.clientY - box.top) * scale;
  return x >= left && x <= left + wide && y >= bottom && y <= bottom + high;
}
