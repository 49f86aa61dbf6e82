// Drawing: lines in matplotlib's styles over matplotlib's backgrounds; ticks of axes that follow the run, in its type.

const PAD = "\u2007"; // a space as wide as a digit, so that the formula's numbers keep their place
const ROOM = 1.3,
  MUCH = 8,
  UNSEEN = 0.01; // of a lens, as in views.py
const OUT = 1e5; // pixels; a diverging run goes further than a canvas can say

// A number of the formula in four digits. Fixed numbers (hyperparameters) are short; bare ones need no parentheses.
function text(value, { fixed, bare }) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value),
    tiny = size !== 0 && (size < 1e-3 || size >= 1e5);
  let digits =
    fixed !== undefined ? String(Number(size.toPrecision(5))) : tiny ? size.toExponential(2) : size.toPrecision(4);
  digits = digits.replace("-", "−").replace("+", "");
  if (value < 0) digits = bare === undefined ? `(−${digits})` : `−${digits}`;
  return fixed !== undefined ? digits : digits.padStart(6, PAD);
}

// ---- axes: the rules of views.py ----

function decades(values, cap) {
  let least = Infinity,
    most = 0;
  for (const v of values)
    if (v > 0 && v < Infinity) {
      least = Math.min(least, v);
      most = Math.max(most, v);
    }
  if (!most) return [0.1, 10];
  const high = 10 ** Math.ceil(Math.log10(Math.min(most, cap ?? Infinity)) - 1e-9),
    low = 10 ** Math.floor(Math.log10(least) + 1e-9);
  return [Math.min(low, high / 100), high];
}

function span(values, reach) {
  let low = 0,
    high = 0;
  for (const v of values)
    if (Number.isFinite(v)) {
      low = Math.min(low, Math.max(v, -reach));
      high = Math.max(high, Math.min(v, reach));
    }
  const pad = 0.06 * (high - low) || reach;
  return [low - pad, high + pad];
}

function unitOf(reach) {
  // views.scale
  if (!(reach > 0 && reach < Infinity)) return 1;
  const unit = 10 ** Math.floor(Math.log10(reach));
  return Number(([1, 2, 5, 10].find((each) => each * unit >= reach * (1 - 1e-9)) * unit).toPrecision(1));
}

function boxOf(lines, step) {
  // the middle of vectors, and how far they reach from it
  const ends = lines
    .flatMap(([line, run]) => {
      const tail = run.at(line.x, step),
        vector = run.at(line.y, step),
        xy = [0, 1];
      return [xy.map((i) => entry(tail, i)), xy.map((i) => entry(tail, i) + entry(vector, i))];
    })
    .filter((end) => end.every(Number.isFinite));
  if (!ends.length) return { middle: null, reach: 0 };
  const low = [0, 1].map((i) => Math.min(...ends.map((end) => end[i]))),
    high = [0, 1].map((i) => Math.max(...ends.map((end) => end[i])));
  return {
    middle: [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2],
    reach: Math.max(high[0] - low[0], high[1] - low[1]) / 2,
  };
}

// What the lenses show of a step: their common unit, and each one's limits
function lensesOf(panels, shown, step) {
  const found = panels
    .filter(({ lens }) => lens)
    .map((panel) => {
      const mine = shown.filter(([line]) => line.panel === panel.place),
        here = mine.find(([line]) => line.shape === "here");
      const arrows = mine.filter(([line]) => line.shape === "arrow"),
        last = Math.max(...arrows.map(([line]) => line.row));
      const whole = boxOf(arrows, step),
        near = boxOf(
          arrows.filter(([line]) => line.row === last),
          step,
        );
      near.reach *= MUCH / 2;
      const { middle, reach } = near.reach > 0 && near.reach < whole.reach ? near : whole; // see views.box_of
      return {
        place: panel.place,
        middle: middle || [0, 1].map((i) => entry(here[1].at(here[0].x, step), i) || 0),
        reach,
      };
    });
  const unit = unitOf(Math.max(0, ...found.map(({ reach }) => reach))),
    half = ROOM * unit;
  return new Map(
    found.map(({ place, middle: [x, y] }) => [place, { unit, xlim: [x - half, x + half], ylim: [y - half, y + half] }]),
  );
}

// Where the names of arrows stand, the middle of each, y downwards: see views.beside
function beside(arrows, sizes, [wide, high], gap) {
  const leaves = (from, along, end) => (along > 0 ? (end - from) / along : along < 0 ? -from / along : Infinity);
  const middles = arrows.map(([[a, b], [c, d]]) => {
    // of the part that is seen
    const half = Math.min(1, leaves(a, c - a, wide), leaves(b, d - b, high)) / 2;
    return [a + half * (c - a), b + half * (d - b)];
  });
  const mean = (i) => middles.reduce((sum, each) => sum + each[i], 0) / arrows.length,
    centre = arrows.length > 1 ? [mean(0), mean(1)] : [wide / 2, 2 * high];
  const found = [];
  for (const [i, [[a, b], [c, d]]] of arrows.entries()) {
    const size = Math.max(Math.hypot(c - a, d - b), 1e-9),
      [w, h] = sizes[i],
      [mx, my] = middles[i];
    let [ox, oy] = [(b - d) / size, (c - a) / size];
    if (ox * (mx - centre[0]) + oy * (my - centre[1]) < 0) [ox, oy] = [-ox, -oy];
    const away = gap + (Math.abs(ox) * w + Math.abs(oy) * h) / 2,
      down = oy > 0 ? 1 : -1;
    const x = Math.min(Math.max(mx + ox * away, w / 2), wide - w / 2);
    let y = Math.min(Math.max(my + oy * away, h / 2), 0.9 * high - h / 2);
    for (const [p, q, v, g] of [...found].sort((one, two) => down * (one[1] - two[1])))
      if (Math.abs(x - p) < (w + v) / 2 && Math.abs(y - q) < (h + g) / 2) y = q + (down * (h + g)) / 2;
    found.push([x, y, w, h]);
  }
  return found;
}

function roundTicks(low, high, most = 6) {
  const rough = (high - low) / most,
    unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((each) => each * unit >= rough * (1 - 1e-9)),
    ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k <= Math.floor(high / step + 1e-9); k++)
    ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

function decadeTicks(low, high) {
  const first = Math.round(Math.log10(low)),
    last = Math.round(Math.log10(high)),
    every = Math.ceil((last - first) / 7),
    ticks = [];
  for (let k = first; k <= last; k += every) ticks.push(10 ** k);
  return ticks;
}

// Data to pixels, y downwards, and back
function scaleOf([from, to], log, begin, size) {
  const f = log ? Math.log10 : (v) => v,
    a = f(from),
    b = f(to);
  const to_ = (v) => begin + (size * (f(v) - a)) / (b - a);
  to_.back = (pixel) => {
    const v = a + ((pixel - begin) * (b - a)) / size;
    return log ? 10 ** v : v;
  };
  return to_;
}

function scalesOf(panel, { xlim, ylim }) {
  const [left, bottom, wide, high] = panel.box,
    height = panel.size[1];
  return [
    scaleOf(xlim, panel.scales[0] === "log", left, wide),
    scaleOf(ylim, panel.scales[1] === "log", height - bottom, -high),
  ];
}

// The limits of a panel's axes for these runs: fixed by the surface, or following the run
function limitsOf(panel, ground, steps, curves) {
  if (!panel.moving) return ground;
  const ylim = panel.scales[1] === "log" ? decades(curves().flat(), ground.cap) : span(curves().flat(), ground.reach);
  return { xlim: ground.xlim || [0, Math.max(steps, 1)], ylim };
}

// ---- strokes ----

function trace(path, { points, codes }, dx, dy, scale = 1) {
  // an outline of matplotlib's, y upwards
  const x = (i) => dx + scale * points[2 * i],
    y = (i) => dy - scale * points[2 * i + 1];
  for (let i = 0; i < codes.length; i++) {
    if (codes[i] === 1) path.moveTo(x(i), y(i));
    else if (codes[i] === 2) path.lineTo(x(i), y(i));
    else if (codes[i] === 3) {
      path.quadraticCurveTo(x(i), y(i), x(i + 1), y(i + 1));
      i += 1;
    } else if (codes[i] === 4) {
      path.bezierCurveTo(x(i), y(i), x(i + 1), y(i + 1), x(i + 2), y(i + 2));
      i += 2;
    } else if (codes[i] === 79) path.closePath();
  }
}

function stroke(context, look, points) {
  const path = new Path2D();
  let down = false;
  for (const [x, y] of points) {
    if (!(Math.abs(x) < OUT && Math.abs(y) < OUT)) {
      down = false;
      continue;
    }
    if (look.stamp) trace(path, look.stamp, x, y);
    else if (down) path.lineTo(x, y);
    else path.moveTo(x, y);
    down = true;
  }
  Object.assign(context, { strokeStyle: look.stroke, lineWidth: look.width, lineCap: look.cap, lineJoin: look.join });
  context.setLineDash(look.dash || []);
  context.lineDashOffset = look.dashFrom || 0;
  if (look.fill) {
    context.fillStyle = look.fill;
    context.fill(path);
  }
  if (look.width > 0) context.stroke(path);
}

// What a line shows, in pixels: see views.Shown
const SHAPES = {
  path: (line, run, step, [px, py]) => curve(line, run).map(([x, y]) => [px(x), py(y)]),
  start: (line, run, step, [px, py]) => [
    [px(entry(run.at(line.x, 0), line.at[0])), py(entry(run.at(line.y, 0), line.at[1]))],
  ],
  here: (line, run, step, [px, py]) => [
    [px(entry(run.at(line.x, step), line.at[0])), py(entry(run.at(line.y, step), line.at[1]))],
  ],
  arrow(line, run, step, [px, py]) {
    const tail = run.at(line.x, step),
      vector = run.at(line.y, step);
    const [x, y] = [entry(tail, 0), entry(tail, 1)],
      a = [px(x), py(y)],
      b = [px(x + entry(vector, 0)), py(y + entry(vector, 1))];
    let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const barb = Math.min(10 / Math.max(Math.hypot(dx, dy), 1e-9), 0.4);
    [dx, dy] = [dx * barb, dy * barb];
    return [a, b, [b[0] - dx + 0.45 * dy, b[1] - dy - 0.45 * dx], b, [b[0] - dx - 0.45 * dy, b[1] - dy + 0.45 * dx]];
  },
  square(line, run, step, _, [left, bottom], height) {
    run.largest ??= Math.max(
      1e-300,
      ...Array.from({ length: run.steps }, (_, k) => run.at(line.x, k + 1))
        .flat()
        .filter(Number.isFinite),
    );
    const side = (60 * entry(run.at(line.x, step), line.at[0])) / run.largest,
      x = left + 10 + 70 * line.at[0],
      y = height - bottom - 10;
    return [
      [x, y],
      [x + side, y],
      [x + side, y - side],
      [x, y - side],
      [x, y],
    ];
  },
};

// A path's points in data coordinates, once for each run
function curve(line, run) {
  run.curves ??= new Map();
  if (!run.curves.has(line))
    run.curves.set(
      line,
      Array.from({ length: run.steps + 1 }, (_, k) => [
        entry(run.at(line.x, k), line.at[0]),
        entry(run.at(line.y, k), line.at[1]),
      ]),
    );
  return run.curves.get(line);
}

// ---- ticks that move ----

function write(context, { size, outlines }, label, x, y, place) {
  const power = /^10\^(.*)$/.exec(label),
    parts = power
      ? [
          ["10", 1, 0],
          [power[1], 0.7, 0.38 * size],
        ]
      : [[label, 1, 0]];
  const wide = parts.reduce(
    (sum, [word, scale]) => sum + [...word].reduce((s, c) => s + outlines[c].wide * scale, 0),
    0,
  );
  const path = new Path2D();
  let at = x - wide * place;
  for (const [word, scale, up] of parts)
    for (const character of word) {
      trace(path, outlines[character], at, y - up, scale);
      at += outlines[character].wide * scale;
    }
  context.fill(path);
}

function bar(context, panel, glyphs, unit) {
  // how long a lens's unit is
  const [left, bottom, wide] = panel.box,
    end = left + 0.97 * wide,
    y = panel.size[1] - bottom - 0.03 * wide,
    begin = end - (0.5 * wide) / ROOM;
  stroke(context, { stroke: "#111", width: 2, cap: "butt", join: "miter" }, [
    [begin, y],
    [end, y],
  ]);
  context.fillStyle = "#111";
  write(
    context,
    glyphs,
    (unit < 1e-4 ? unit.toExponential(0) : String(unit)).replace("-", "−"),
    (begin + end) / 2,
    y - 6,
    0.5,
  );
}

const written = (value, log) => (log ? `10^${Math.round(Math.log10(value))}` : String(value)).replaceAll("-", "−");

function ticks(context, panel, glyphs, { xlim, ylim }, [px, py]) {
  const [left, bottom, wide, high] = panel.box,
    floor = panel.size[1] - bottom,
    log = panel.scales[1] === "log";
  const line = (colour, width, ...ends) => stroke(context, { stroke: colour, width, cap: "butt", join: "miter" }, ends);
  context.fillStyle = "#000";
  for (const value of roundTicks(...xlim)) {
    const x = px(value);
    if (x > left + 1 && x < left + wide - 1) line(...panel.grid, [x, floor], [x, floor - high]); // not over the frame
    line("#000", panel.tick[1], [x, floor], [x, floor + panel.tick[0]]);
    context.fillStyle = "#000";
    write(context, glyphs, written(value, false), x, floor + panel.pad + 0.76 * glyphs.size, 0.5);
  }
  for (const value of log ? decadeTicks(...ylim) : roundTicks(...ylim)) {
    const y = py(value);
    if (y < floor - 1 && y > floor - high + 1) line(...panel.grid, [left, y], [left + wide, y]);
    line("#000", panel.tick[1], [left, y], [left - panel.tick[0], y]);
    write(context, glyphs, written(value, log), left - panel.pad, y + 0.36 * glyphs.size, 1);
  }
}

// One panel (in a lens also the ends of its arrows): background, ticks, then every line of every run, in the order of their z. In parts: while part k of a step
// is shown, vectors of later rows wait, and what moves is still where the step began.
function drawPanel(context, panel, ground, glyphs, picture, shown, { steps, step, part, ratio, lens }) {
  const height = panel.size[1],
    mine = shown.filter(([line]) => line.panel === panel.place);
  const curves = () =>
    mine.filter(([line]) => line.shape === "path").map(([line, run]) => curve(line, run).map((point) => point[1]));
  const limits = lens || limitsOf(panel, ground, steps, curves),
    scales = scalesOf(panel, limits),
    arrows = [];
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = "white";
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  if (picture) context.drawImage(picture, 0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (panel.moving) ticks(context, panel, glyphs, limits, scales);
  const [left, bottom, wide, high] = panel.box;
  context.save();
  context.beginPath();
  context.rect(left, height - bottom - high, wide, high);
  context.clip();
  for (const [line, run] of mine) {
    if (part !== null && line.row > part) continue;
    const at = part !== null && line.row < 0 ? Math.max(step - 1, 0) : step;
    const points = SHAPES[line.shape](line, run, at, scales, panel.box, height);
    for (const look of line.looks) stroke(context, look, points);
    if (
      lens &&
      line.shape === "arrow" &&
      points.slice(0, 2).flat().every(Number.isFinite) &&
      Math.hypot(points[1][0] - points[0][0], points[1][1] - points[0][1]) > UNSEEN * wide
    )
      arrows.push([line, points.slice(0, 2).map(([x, y]) => [x - left, y - (height - bottom - high)])]);
  }
  context.restore();
  if (lens && arrows.length) bar(context, panel, glyphs, lens.unit);
  return [scales, arrows];
}
