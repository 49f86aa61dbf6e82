"""How fast is a slider? `make bench` prints the table. Not a test: the machine decides the figures, the ratios are the point.

Each way shows the same content, 200 steps of Momentum on the ravine beside the loss plot, with the formula or its numbers,
in JupyterLab in Chromium, and gets the same keys on the same kind of slider.
"""

import os
import pathlib
import platform
import statistics
import sys
import tempfile
import time

import nbformat
import numpy as np
from browser import chromium, jupyterlab, open_notebook, run_all

from optcourse import Adam, Momentum, run, surfaces, sweep

KEYS = 40
COMMON = """
import io, time, ipywidgets as widgets, numpy as np
from optcourse import Momentum, explore, picture, run, surfaces
from optcourse.explorers import slider, step_in_words
item, steps = Momentum.hypers()[0], 200
def timed(function):
    def wrapper(*arguments, **keywords):
        begun = time.perf_counter()
        result = function(*arguments, **keywords)
        with open("times", "a") as file: file.write(f"{1e3 * (time.perf_counter() - begun)}\\n")
        return result
    return wrapper
def simulated(eta): return run(Momentum(eta=eta, gamma=0.9), surfaces.ravine, steps=steps)
"""
WAYS = {
    "interact + inline": """
import matplotlib.pyplot as plt
from IPython.display import HTML, display
def show(eta):
    made = picture(simulated(eta))
    display(made); display(HTML(step_in_words(made.trajectories[0], 8)))
widgets.interact(timed(show), eta=slider(item, 0.01, "η"));
""",
    "ipympl, draw_idle": """
%matplotlib widget
import matplotlib.pyplot as plt
from optcourse.plots import ContourView, LossView, style
plt.ioff()
figure, grid = plt.subplots(1, 2, figsize=(9.6, 4)); figure.canvas.header_visible = False
views = [view(axes, surfaces.ravine, [Momentum()], ["Momentum"], [style(Momentum)], steps)
         for view, axes in zip((ContourView, LossView), grid)]
control, words = slider(item, 0.01, "η"), widgets.HTML()
@timed
def update(_=None):
    trajectory = simulated(control.value)
    for view in views: view.show([trajectory])
    words.value = step_in_words(trajectory, 8); figure.canvas.draw_idle()
update(); control.observe(update, "value")
widgets.VBox([control, figure.canvas, words])
""",
    "widgets.Image, JPEG blit": """
from PIL import Image
from matplotlib.backends.backend_agg import FigureCanvasAgg
made = picture(simulated(0.01)); canvas = FigureCanvasAgg(made.figure)
changing = made.artists
for artist in changing: artist.set_animated(True)
canvas.draw(); background = canvas.copy_from_bbox(made.figure.bbox)
control, words, image = slider(item, 0.01, "η"), widgets.HTML(), widgets.Image(format="jpeg")
@timed
def update(_=None):
    made.show([simulated(control.value)]); canvas.restore_region(background)
    for artist in changing: made.figure.draw_artist(artist)
    file = io.BytesIO()
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).save(file, "JPEG", quality=85, subsampling=0)
    image.value = file.getvalue(); words.value = step_in_words(made.trajectories[0], 8)
update(); control.observe(update, "value")
widgets.VBox([control, image, words])
""",
    "optcourse": """
explorer = explore(Momentum(eta=0.01, gamma=0.9), surfaces.ravine, steps=steps, step=8)
explorer._update = timed(explorer._update)
explorer
""",
}
WATCH = """() => {
  window.seen = { count: 0, at: 0, key: 0, frames: [], on: false };
  const drawn = () => { seen.count += 1; seen.at = performance.now(); };
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...a) { drawn(); return draw.apply(this, a); };
  document.addEventListener('load', (event) => { if (event.target.tagName === 'IMG') drawn(); }, true);
  document.addEventListener('keydown', (event) => {
    const key = performance.now(), before = seen.count;
    const look = (now) => seen.count > before ? seen.frames.push([seen.at - key, performance.now() - key])
      : performance.now() - key < 5000 && requestAnimationFrame(look);
    requestAnimationFrame(look);
  }, true);
}"""
DRAG = """() => { let last = seen.count, changed = 0; seen.dragging = true;
  const look = () => { if (seen.count > last) { changed += 1; last = seen.count; } seen.changed = changed;
    if (seen.dragging) requestAnimationFrame(look); }; requestAnimationFrame(look); }"""


def write_notebook(folder: pathlib.Path, name: str, source: str) -> str:
    cells = [nbformat.v4.new_code_cell(COMMON), nbformat.v4.new_code_cell(source)]
    kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / name)
    return name


def measure(page, address: str, folder: pathlib.Path, name: str) -> dict[str, float]:
    """One way: latencies of single keys, frames while dragging, kernel time and bytes of an event."""
    received = [0]
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda data: received.__setitem__(0, received[0] + len(data))),
    )
    open_notebook(page, address, name)
    run_all(page)
    page.wait_for_timeout(1500)
    handle = page.locator(".noUi-handle").first
    handle.focus()
    page.evaluate(WATCH)
    for key in ["ArrowRight"] * 5 + ["ArrowLeft"] * 5:  # warm
        handle.press(key)
        page.wait_for_timeout(700 if "interact" in name else 200)
    page.evaluate("seen.frames = []; undefined")
    (folder / "times").write_text("")
    received[0] = 0
    for place in range(KEYS):
        handle.press("ArrowRight" if place % 20 < 10 else "ArrowLeft")
        page.wait_for_function("(n) => seen.frames.length > n", arg=place)
        page.wait_for_timeout(120)
    frames = np.array(page.evaluate("seen.frames"))
    kernel = [float(line) for line in (folder / "times").read_text().split()]
    size = received[0] / KEYS
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(DRAG)
    begun = time.monotonic()
    while (elapsed := time.monotonic() - begun) < 3:
        page.mouse.move(x + 45 * np.sin(4 * elapsed), y)
    changed = page.evaluate("seen.changed")
    page.mouse.up()
    page.evaluate("seen.dragging = false; undefined")
    return {
        "draw": statistics.median(frames[:, 0]),
        "frame": statistics.median(frames[:, 1]),
        "p95": float(np.percentile(frames[:, 1], 95)),
        "fps": changed / elapsed,
        "kernel": statistics.median(kernel),
        "bytes": size,
    }


def sliders(only: str = "") -> None:
    config = pathlib.Path(__file__).parent.parent / ".jupyter" / "nodelay.py"
    rows: dict[str, dict[str, float]] = {}
    for server, options in (("stock", []), ("TCP_NODELAY", [f"--config={config}"])):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as settings:
            root = pathlib.Path(folder)
            with jupyterlab(root, pathlib.Path(settings), *options) as address:
                for way, source in WAYS.items():
                    if only not in way:
                        continue
                    for ratio in (1, 2) if way == "optcourse" and server == "stock" else (1,):
                        name = write_notebook(root, f"{way.split()[0].strip(',')}-{ratio}.ipynb", source)
                        with chromium(ratio=ratio) as page:
                            label = f"{way}{' at pixel ratio 2' if ratio == 2 else ''}"
                            rows[f"{server}: {label}"] = measure(page, address, root, name)
                            print(f"  {server}: {label}", file=sys.stderr)
    print(
        "| server: way | draw call, median ms | frame, median ms | frame, p95 ms | frames/s dragging | kernel ms | bytes | × interact |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for label, row in rows.items():
        base = rows.get(f"{label.split(':')[0]}: interact + inline", {"frame": np.nan})["frame"]
        print(
            f"| {label} | {row['draw']:.0f} | {row['frame']:.0f} | {row['p95']:.0f} | {row['fps']:.0f} "
            f"| {row['kernel']:.1f} | {row['bytes']:.0f} | {base / row['frame']:.1f} |"
        )
    print(
        "draw call: key press to the browser's drawImage or image load. frame: key press to the first animation frame after it."
    )


def best(function, count: int = 7) -> float:
    """The shortest of several times, in ms."""
    times = []
    for _ in range(count):
        begun = time.perf_counter()
        function()
        times.append(1e3 * (time.perf_counter() - begun))
    return min(times)


def simulation() -> None:
    print("\n| simulation | best of 7, ms | a plain loop over torch.optim, ms |")
    print("|---|---|---|")
    for optimizer in (Momentum(), Adam()):
        mine = best(lambda optimizer=optimizer: run(optimizer, surfaces.ravine, steps=200))
        print(f"| run, 200 steps, {optimizer.title} | {mine:.2f} | {torch_loop(optimizer)} |")
    etas = np.geomspace(1e-3, 1, 100)
    for optimizer, grid in (
        (Momentum(), {"gamma": np.linspace(0, 0.99, 100)}),
        (Adam(), {"beta1": np.linspace(0, 0.99, 100)}),
    ):
        mine = best(
            lambda optimizer=optimizer, grid=grid: sweep(optimizer, surfaces.ravine, steps=200, eta=etas, **grid)
        )
        print(f"| sweep, 100 × 100 × 200 steps, {optimizer.title} | {mine:.1f} | |")


def torch_loop(optimizer) -> str:
    try:
        import torch
    except ImportError:
        return "torch is not installed"
    scale = torch.tensor([0.5, 12.5], dtype=torch.float64)

    def loop():
        theta = torch.tensor([-4.0, 1.0], dtype=torch.float64, requires_grad=True)
        made = (
            torch.optim.SGD([theta], lr=optimizer.eta, momentum=optimizer.gamma)
            if isinstance(optimizer, Momentum)
            else torch.optim.Adam([theta], lr=optimizer.eta)
        )
        for _ in range(200):
            made.zero_grad()
            (scale * theta**2).sum().backward()
            made.step()

    return f"{best(loop):.1f}"


if __name__ == "__main__":
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}, headless Chromium without a GPU"
    )
    sliders(*sys.argv[1:])
    simulation()
