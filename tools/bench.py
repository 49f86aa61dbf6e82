"""How fast is a slider? `make bench` prints the table; `python tools/bench.py class 30` what a class costs its server;
`python tools/bench.py site site` how soon a lesson's page moves; `python tools/bench.py network` how soon a network is trained. Not a test: the machine decides the figures, the ratios are the point.

Each way shows the same content, 200 steps of Momentum on the ravine beside the loss plot, with the formula or its numbers,
in JupyterLab in Chromium, and gets the same keys on the same kind of slider.
"""

import contextlib
import functools
import http.server
import importlib.util
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import nbformat
import numpy as np
import psutil
from jupyter_client.manager import start_new_kernel

from optcourse import OPTIMIZERS, Adam, Momentum, Trainer, run, surfaces, sweep
from optcourse.plots.figures import bundle
from optcourse.site.lessons import STATE, plain
from optcourse.widgets import base

ROOT = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from browser import KERNEL, chromium, fresh_page, jupyterlab, launched, open_notebook  # noqa: E402 (the tests' own)

KEYS = 40
BEFORE = "1bb4c59"  # version 0.2: the page moves pictures that the kernel has drawn; it needs SymPy
COMMON = """
import io, time, ipywidgets as widgets, numpy as np
from optcourse import Momentum, explore, picture, run, surfaces
steps, etas = 200, [float(f"{eta:.2g}") for eta in np.geomspace(1e-3, 1, 60)]
def slider(): return widgets.SelectionSlider(options=[(f"{eta:.3g}", eta) for eta in etas], value=min(etas, key=lambda e: abs(e - 0.01)), description="η")
def timed(function):
    def wrapper(*arguments, **keywords):
        begun = time.perf_counter()
        result = function(*arguments, **keywords)
        with open("times", "a") as file: file.write(f"{1e3 * (time.perf_counter() - begun)}\\n")
        return result
    return wrapper
def simulated(eta): return run(Momentum(eta=eta, gamma=0.9), surfaces.ravine, steps=steps)
def words(trajectory): return f"v = {trajectory.state['v'][8]}, θ = {trajectory.theta[8]}"
"""
WAYS = {  # each shows the same: picture, loss plot, and the numbers of a step
    "interact + inline figure": """
import matplotlib.pyplot as plt
from IPython.display import HTML, display
def show(eta):
    made = picture(simulated(eta))
    display(made); display(HTML(words(made.trajectories[0])))
widgets.interact(timed(show), eta=slider());
""",
    "widgets.Image, JPEG blit": """
from PIL import Image
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
figure = Figure(figsize=(9.6, 3.7)); canvas = FigureCanvasAgg(figure); left, right = figure.subplots(1, 2)
left.contourf(*surfaces.ravine.grid(), 18); right.set(xlim=(0, steps), ylim=(1e-9, 1e3), yscale="log")
path, loss = left.plot([], [], ".-")[0], right.plot([], [])[0]
for artist in (path, loss): artist.set_animated(True)
canvas.draw(); background = canvas.copy_from_bbox(figure.bbox)
control, text, image = slider(), widgets.HTML(), widgets.Image(format="jpeg")
@timed
def update(_=None):
    trajectory = simulated(control.value); canvas.restore_region(background)
    path.set_data(*trajectory.theta.T); loss.set_data(range(steps + 1), trajectory.excess_loss)
    for artist in (path, loss): artist.axes.draw_artist(artist)
    file = io.BytesIO()
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).save(file, "JPEG", quality=85, subsampling=0)
    image.value = file.getvalue(); text.value = words(trajectory)
update(); control.observe(update, "value")
widgets.VBox([control, image, text])
""",
    "optcourse 0.2, in the page": """
explorer = explore(Momentum(eta=0.01, gamma=0.9), surfaces.ravine, steps=steps, step=8)
explorer.unobserve_all("setting"); explorer.observe(timed(explorer._moved), "setting")
explorer
""",
    "optcourse, in the page": """
explorer = explore(Momentum(eta=0.01, gamma=0.9), surfaces.ravine, steps=steps, step=8)
explorer.unobserve_all("setting"); explorer.observe(timed(explorer._moved), "setting")
explorer
""",
    "in the page, five pictures": """
from optcourse import AdaGrad, RMSProp
explore([AdaGrad(eta=0.5), RMSProp(eta=0.1)], surfaces.ravine, steps=steps, step=8, views=("contour", "loss", "rate"))
""",
    "in the page, six methods": """
from optcourse import OPTIMIZERS, best_eta
explore([best_eta(kind, surfaces.ravine) for kind in OPTIMIZERS], surfaces.ravine, steps=steps, step=8)
""",
}
BUSY = "network, data = Network(64, 32, 10), digits()\ncompare(Momentum, network, data, passes=400)"
SLIDER = ".noUi-handle, .oc-control input[type=range]"  # ipywidgets' and ours
WATCH = """() => {
  window.seen = { count: 0, at: 0, frames: [] };
  const drawn = () => { seen.count += 1; seen.at = performance.now(); };
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  CanvasRenderingContext2D.prototype.drawImage = function (...a) { drawn(); return draw.apply(this, a); };
  const clear = CanvasRenderingContext2D.prototype.clearRect;  // with which each of our pictures begins
  CanvasRenderingContext2D.prototype.clearRect = function (...a) { drawn(); return clear.apply(this, a); };
  document.addEventListener('load', (event) => { if (event.target.tagName === 'IMG') drawn(); }, true);
  document.addEventListener('keydown', (event) => {
    const key = performance.now(), before = seen.count;
    const look = () => seen.count > before ? seen.frames.push([seen.at - key, performance.now() - key])
      : performance.now() - key < 8000 && requestAnimationFrame(look);
    requestAnimationFrame(look);
  }, true);
}"""
# one slider event in each frame, for two seconds: how many frames the page shows
FRAMES = """(hidden) => new Promise((done) => {
  const live = document.querySelector('.oc-live'), input = live.querySelector('.oc-control input'), begun = performance.now();
  for (const node of live.querySelectorAll(hidden || 'none')) node.style.visibility = node.style.display = hidden ? 'none' : '';
  let frames = 0;
  const tick = () => {
    input.value = Number(input.value) + (frames % 40 < 20 ? 1 : -1);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    frames += 1;
    if (performance.now() - begun < 2000) return requestAnimationFrame(tick);
    for (const node of live.querySelectorAll(hidden || 'none')) node.style.visibility = node.style.display = '';
    done(frames / 2);
  };
  requestAnimationFrame(tick);
})"""


def write_notebook(folder: pathlib.Path, name: str, source: str) -> str:
    cells = [nbformat.v4.new_code_cell(each) for each in (COMMON, source, "from optcourse import *\n" + BUSY)]
    kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / name)
    return name


def keys(page, pause: float) -> np.ndarray:
    """Latencies of single keys: to the draw call and to the first frame after it, in ms."""
    handle = page.locator(SLIDER).first
    handle.focus()
    page.evaluate("seen.frames = []; undefined")
    for place in range(KEYS):
        handle.press("ArrowRight" if place % 20 < 10 else "ArrowLeft")
        page.wait_for_function("(n) => seen.frames.length > n", arg=place)
        page.wait_for_timeout(pause)
    return np.array(page.evaluate("seen.frames"))


def measure(page, address: str, folder: pathlib.Path, name: str) -> dict[str, float]:
    """One way: the first picture, latencies of single keys, kernel time and bytes, and the same while the kernel is busy."""
    received = [0]
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda data: received.__setitem__(0, received[0] + len(data))),
    )
    open_notebook(page, address, name)
    select = "window.jupyterapp.shell.currentWidget.content.activeCellIndex = {}; undefined"
    run = "() => { window.jupyterapp.commands.execute('notebook:run-cell'); }"
    page.evaluate(select.format(0))
    page.evaluate(run)
    page.wait_for_function(f"({KERNEL})() === 'connected idle'")
    page.evaluate(select.format(1))
    begun = time.monotonic()
    page.evaluate(run)
    page.locator(".oc-live[data-frames], .oc-live canvas[data-frames], .jp-OutputArea-output img").first.wait_for(
        state="visible"
    )
    first = 1e3 * (time.monotonic() - begun)
    page.wait_for_timeout(4000)
    page.evaluate(WATCH)
    keys(page, 150)  # warm
    (folder / "times").write_text("")
    received[0] = 0
    frames = keys(page, 120)
    size, kernel = received[0] / KEYS, [float(line) for line in (folder / "times").read_text().split()]
    found = {"first": first, "kernel": sum(kernel) / KEYS, "bytes": size}
    if "page" in name:
        page.wait_for_timeout(1000)
        received[0] = 0
        found["frames"] = page.evaluate(FRAMES, "")
        found["moving bytes"] = received[0]
        for part in () if "0.2" in name else (".oc-formulas", ".oc-pictures", ".oc-formulas, .oc-pictures"):
            found[f"without {part}"] = page.evaluate(FRAMES, part)
    page.evaluate(select.format(2))
    page.evaluate(run)
    page.wait_for_timeout(1500)
    try:
        busy = keys(page, 50) if "interact" not in name else np.full((1, 2), np.nan)
    except Exception as error:  # nothing was drawn while the kernel was busy
        print(f"  {name}, kernel busy: {str(error).splitlines()[0]}", file=sys.stderr)
        busy = np.full((1, 2), np.inf)
    return found | {
        "draw": statistics.median(frames[:, 0]),
        "frame": statistics.median(frames[:, 1]),
        "p95": float(np.percentile(frames[:, 1], 95)),
        "busy": statistics.median(busy[:, 1]),
    }


def sliders(only: str = "") -> None:
    rows: dict[str, dict[str, float]] = {}
    if any("0.2" in way and only in way for way in WAYS) and importlib.util.find_spec("sympy") is None:
        sys.exit("version 0.2, which is measured beside this one, needs SymPy: .venv/bin/python -m pip install sympy")
    with tempfile.TemporaryDirectory() as old:
        tree = subprocess.run(["git", "archive", BEFORE, "optcourse"], cwd=ROOT, capture_output=True, check=True).stdout
        subprocess.run(["tar", "-x", "-C", old], input=tree, check=True)
        for way, source in WAYS.items():
            if only not in way:
                continue
            os.environ["PYTHONPATH"] = old if "0.2" in way else ""
            with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as settings:
                root = pathlib.Path(folder)
                name = write_notebook(root, f"{way.replace(' ', '-').replace(',', '')}.ipynb", source)
                with jupyterlab(root, pathlib.Path(settings)) as address, chromium() as page:
                    rows[way] = measure(page, address, root, name)
                    print(f"  {way}", file=sys.stderr)
    print(
        "| way, stock server | draw call, median ms | frame, median / p95 ms | kernel busy, median ms | kernel ms a key | bytes a key | first picture ms | × interact |"
    )
    print("|---|---|---|---|---|---|---|---|")
    base = rows.get("interact + inline figure", {"frame": np.nan})["frame"]
    for way, row in rows.items():
        print(
            f"| {way} | {row['draw']:.0f} | {row['frame']:.0f} / {row['p95']:.0f} | {row['busy']:.0f} "
            f"| {row['kernel']:.1f} | {row['bytes']:.0f} | {row['first']:.0f} | {base / row['frame']:.1f} |"
        )
    print(
        "draw call: key press to the browser's drawImage or image load. frame: key press to the first animation frame after it."
    )
    for way, row in rows.items():
        if "frames" in row:
            parts = ", ".join(f"{name} {value:.0f}" for name, value in row.items() if name.startswith("without"))
            print(
                f"{way}: one event a frame, {row['frames']:.0f} frames/s ({parts}); {row['moving bytes']} bytes from the kernel meanwhile"
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


# what a kernel does for one student: the explorer of lesson 3, moved as a page moves it; interact redraws at each event
STUDENT = """
import time
from optcourse import Momentum, explore, picture, run, surfaces
explorer = explore(Momentum(eta=0.02, gamma=0.9), surfaces.ravine, steps=80, views=("contour", "modes", "split", "map"), step=6)
display(explorer)
def cost(event, count):
    begun = time.process_time()
    for i in range(count): event(0.01 + 0.001 * (i % 9))
    return 1e3 * (time.process_time() - begun) / count
def said(eta): explorer.set_state({"setting": {**explorer.setting, "values": {**explorer.setting["values"], "η": eta}}})
def redrawn(eta): display(picture(run(Momentum(eta=eta, gamma=0.9), surfaces.ravine, steps=80)))
"""
COST = "from IPython.utils.capture import capture_output\nwith capture_output(): found = cost(said, 100), cost(redrawn, 10)\nprint(*found)"


def classroom(count: int) -> None:
    """Memory and CPU of a class: as many kernels at once, each with lesson 3's explorer."""
    with contextlib.ExitStack() as stack:
        kernels = []
        for _ in range(count):
            manager, client = start_new_kernel()
            stack.callback(manager.shutdown_kernel, now=True)
            stack.callback(client.stop_channels)
            client.execute_interactive(STUDENT, timeout=300, output_hook=lambda _: None)
            kernels.append((manager.provisioner.pid, client))
        sizes = [psutil.Process(pid).memory_full_info().pss / 2**20 for pid, _ in kernels]
        said: list[str] = []
        for _, client in kernels[:5]:
            client.execute_interactive(
                COST, timeout=300, output_hook=lambda message: said.append(message["content"].get("text", ""))
            )
    costs = np.array([line.split() for line in "".join(said).splitlines()], dtype=float)
    heard, drawn = np.median(costs, axis=0)
    print(f"{count} kernels: PSS {min(sizes):.0f} to {max(sizes):.0f} MiB each, {sum(sizes) / 1024:.1f} GiB in all")
    print(
        f"CPU an event that the kernel hears: {heard:.2f} ms; a redraw as interact does it: {drawn:.0f} ms ({drawn / heard:.0f} times)"
    )


# one event on the first slider of the first explorer; ends when another picture is seen than before
MOVED = """async () => {
  const live = document.querySelector(".oc-live"), canvas = live.querySelector(".oc-contour-canvas"), before = canvas.toDataURL();
  const input = live.querySelector(".oc-control input[type=range]");
  input.value = input.max;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  while (canvas.toDataURL() === before) await new Promise(requestAnimationFrame);
}"""


def opening(folder: str, times: int = 5) -> None:
    """The site, page by page, each time with an empty cache: from opening a lesson to a picture that a slider has moved."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    handler = functools.partial(quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, launched() as browser:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"{'from opening to a moved picture, ms':60}{'median':>10}{'longest':>10}")
        for path in sorted(pathlib.Path(folder).glob("0*.html")):
            found = []
            for _ in range(times):
                with fresh_page(browser) as page:
                    begun = time.perf_counter()
                    page.goto(f"http://127.0.0.1:{server.server_port}/{path.name}", wait_until="commit")
                    page.wait_for_function("document.querySelector('.oc-live')?.dataset.frames")
                    page.evaluate(MOVED)
                    found.append(1e3 * (time.perf_counter() - begun))
            print(f"{path.stem:60}{statistics.median(found):10.0f}{max(found):10.0f}")
        server.shutdown()


MOVE_AND_WAIT = """async ([name, count]) => {  // a slider of the laboratory: ms to the first points, and to the finished curve
  const live = document.querySelector(".oc-trainer"), found = [];
  const input = live.querySelector(`input[data-name="${name}"]`);
  for (let i = 0; i < count; i++) {
    const before = live.dataset.trained, begun = performance.now();
    let first = 0;
    input.value = Number(input.value) + (i % 2 ? -1 : 1);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    while (live.dataset.trained === before) {
      await new Promise(requestAnimationFrame);
      if (!first && live.explorer.shown.some(({ run }) => run.training.length > 1)) first = performance.now() - begun;
    }
    found.push([first, performance.now() - begun]);
    await new Promise((done) => setTimeout(done, 300));
  }
  return found;
}"""


def laboratory(count: int = 30) -> None:
    """A network's training under the hand, 20 passes: from a slider's event to points and curve, and the longest task of the page;
    beside it what `interact` costs a kernel for the same curve: NumPy's train, the losses, and a picture of them."""
    with tempfile.TemporaryDirectory() as name, launched() as browser:
        ETA = (0.3, 0.05, 0.05, 0.05, 0.01, 0.01)
        ways = {
            "one method": [Adam(eta=0.01)],
            "six methods": [kind(eta=eta) for kind, eta in zip(OPTIMIZERS, ETA, strict=True)],
        }
        print(
            f"{'a network, 20 passes: ms':24}{'first points':>14}{'curve':>10}{'p95':>10}{'longest task':>14}{'own time':>10}{'in a kernel':>13}"
        )
        for way, methods in ways.items():
            trainer = Trainer(methods)
            file = pathlib.Path(name) / "page.html"
            state = json.dumps(plain({each: getattr(trainer, each) for each in STATE})).replace("<", "\\u003c")
            file.write_text(
                LABORATORY
                % (base.font_face() + base.style(), base.script().replace("export default { render };", ""), state),
                "utf-8",
            )
            with fresh_page(browser) as page:
                page.goto(file.as_uri())
                page.wait_for_function("document.querySelector('.oc-trainer')?.dataset.trained")
                slider = "η Adam" if len(methods) == 1 else "seed"
                page.evaluate(MOVE_AND_WAIT, [slider, 4])
                found = np.array(page.evaluate(MOVE_AND_WAIT, [slider, count if len(methods) == 1 else count // 4]))
                browser.start_tracing(page=page, categories=["toplevel"])
                page.evaluate(MOVE_AND_WAIT, [slider, 3])
                longest = longest_task(json.loads(browser.stop_tracing()))

            def by_kernel(methods=methods):
                fresh = Trainer(methods)
                bundle(fresh.picture().figure, "", 72)

            first, curve = np.median(found, axis=0)
            kernel = best(by_kernel, 3)
            print(
                f"{way:24}{first:14.0f}{curve:10.0f}{np.percentile(found[:, 1], 95):10.0f}{longest[0]:14.1f}{longest[1]:10.1f}{kernel:13.0f}"
            )


LABORATORY = """<!doctype html><meta charset="utf-8"><style>%s</style><body><div id="live"></div><script type="module">%s
const state = %s;
const model = { get: (name) => state[name], set() {}, save_changes() {}, send() {}, on() {}, off() {} };
render({ model, el: document.querySelector("#live") });</script>"""


def longest_task(trace: dict) -> tuple[float, float]:
    """The longest task of the page's own thread, in ms: by the clock, and in the thread's own time, without what others take of it."""
    events = trace["traceEvents"]
    threads = {(each["pid"], each["tid"]) for each in events if each.get("args", {}).get("name") == "CrRendererMain"}
    tasks = [each for each in events if "RunTask" in each["name"] and (each["pid"], each["tid"]) in threads]
    return tuple(max(each.get(name, 0) for each in tasks) / 1e3 for name in ("dur", "tdur"))


if __name__ == "__main__":
    if sys.argv[1:2] == ["class"]:
        classroom(int(sys.argv[2]) if sys.argv[2:] else 30)
        sys.exit()
    if sys.argv[1:2] == ["network"]:
        laboratory(*map(int, sys.argv[2:]))
        sys.exit()
    if sys.argv[1:2] == ["site"]:
        opening(*sys.argv[2:])
        sys.exit()
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}, headless Chromium without a GPU"
    )
    sliders(*sys.argv[1:])
    simulation()
