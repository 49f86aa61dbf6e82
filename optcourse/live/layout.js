// The layout: as large as the pictures can be while controls, pictures, step control and formula stand on one screen.

const GAP = 8,
  LEAST = 0.62,
  MOST = 1.5; // pixels between pictures; how small and large a picture may become
const NARROW = 700,
  WIDE = 1400; // pixels: below, all is one column; from here on, the formula stands beside the pictures

// Rows for pictures of these widths, and their scale: those with the largest pictures that fit the height; if none fits
// well, those that fit the width, and the page scrolls.
function fitted(widths, high, above, room, height, least) {
  let best = { score: -Infinity };
  const most = 1 << (widths.length - 1);
  for (let cuts = room < NARROW ? most - 1 : 0; cuts < most; cuts++) {
    const rows = [[0]];
    for (let i = 1; i < widths.length; i++) cuts & (1 << (i - 1)) ? rows.push([i]) : rows.at(-1).push(i);
    const across = Math.min(
      ...rows.map((row) => (room - GAP * (row.length - 1)) / row.reduce((sum, i) => sum + widths[i], 0)),
    );
    const down = (height / rows.length - above) / high,
      scale = Math.min(across, down, MOST);
    const fits = scale >= least && room >= NARROW,
      score = fits ? 10 + scale : Math.min(across, 1) - 0.05 * rows.length;
    if (score > best.score) best = { score, rows, scale: fits ? scale : Math.min(across, 1) };
  }
  return best;
}

// Give the panels their rows and sizes; whether anything has changed
function arrange(el, panels, size) {
  const find = (selector) => el.querySelector(selector),
    [body, pictures, formulas, bar] = [".oc-body", ".oc-pictures", ".oc-formulas", ".oc-bar"].map(find);
  if (!body.clientWidth || !panels.length) return false;
  const beside = formulas.childElementCount > 0 && body.clientWidth >= WIDE * size,
    over = () => formulas.scrollWidth > formulas.clientWidth + 1;
  el.classList.toggle("oc-beside", beside);
  el.classList.toggle("oc-large", size > 1);
  formulas.classList.remove("oc-stacked", "oc-tiny");
  formulas.style.fontSize = "";
  if (!beside && over() && size > 1) {
    // large type goes back, as far as to the usual size
    const large = parseFloat(getComputedStyle(formulas).fontSize),
      wanted = (0.97 * formulas.clientWidth) / formulas.scrollWidth;
    for (const part of [wanted, 1 / size])
      if (over()) formulas.style.fontSize = `${large * Math.max(1 / size, part)}px`;
  }
  if (beside || over()) formulas.classList.add("oc-stacked");
  if (!beside && over()) formulas.classList.add("oc-tiny");
  const screen = el.closest(".jp-WindowedPanel-outer")?.clientHeight || window.innerHeight;
  const others = beside
    ? el.offsetHeight - body.offsetHeight + bar.offsetHeight + GAP
    : el.offsetHeight - pictures.offsetHeight;
  const above = Math.max(...panels.map(({ legend }) => legend.offsetHeight));
  const { rows, scale } = fitted(
    panels.map(({ size }) => size[0]),
    panels[0].size[1],
    above,
    find(".oc-left").clientWidth,
    screen - others - GAP,
    LEAST / size,
  );
  const wanted = JSON.stringify([rows, scale, window.devicePixelRatio]);
  if (pictures.dataset.rows === wanted) return false;
  pictures.dataset.rows = wanted;
  pictures.replaceChildren(
    ...rows.map((row) => make("div", null, { className: "oc-line" }, ...row.map((i) => panels[i].figure))),
  );
  for (const panel of panels) {
    const zoom =
      rows.length === panels.length
        ? Math.min(find(".oc-left").clientWidth / panel.size[0], Math.max(scale, 1))
        : scale; // alone in its row
    const sharp = Math.min(Math.max(window.devicePixelRatio || 1, 1), 2);
    panel.ratio = sharp * zoom;
    panel.figure.style.width = `${Math.floor(panel.size[0] * zoom)}px`;
    panel.frame.style.fontSize = `${Math.min(1, 1.25 * zoom)}em`;
    [panel.canvas.width, panel.canvas.height] = panel.size.map((each) => Math.round(each * panel.ratio));
  }
  return true;
}
