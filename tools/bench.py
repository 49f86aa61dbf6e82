"""How fast is a slider? `make bench` prints the table. `python tools/bench.py class 30` measures what a class costs its server, and
`python tools/bench.py site site` how soon a lesson's page moves. Not a test: the machine decides the figures, the ratios are the point.

Each way shows the same content, 200 steps of Momentum on the ravine next to the loss plot, with the formula or its numbers,
in JupyterLab in Chromium, and gets the same keys on the same kind of slider. `make bench AGAINST=folder` measures the package of
another checkout in the same run.
"""

import contextlib
import functools
import http.server
import os
import pathlib
import platform
import re
import statistics
import sys
import tempfile
import threading
import time

import nbformat
import numpy as np
import psutil
from jupyter_client.manager import start_new_kernel

ROOT = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from browser import KERNEL, chromium, fresh_page, jupyterlab, launched, open_notebook  # noqa: E402 (the tests' own)

KEYS = 40
COMMON = """
import time, ipywidgets as widgets, numpy as np
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
BUSY = "network, data = Network(64, 32, 10), digits()\ncompare(Momentum, network, data, epochs=400)"
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
  const live = document.querySelector('.oc-live'), input = live.querySelector('.oc-control input'), begun = performance.now(), first = input.value;
  for (const node of live.querySelectorAll(hidden || 'none')) node.style.visibility = node.style.display = hidden ? 'none' : '';
  let frames = 0;
  const tick = () => {
    input.value = Number(input.value) + (frames % 40 < 20 ? 1 : -1);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    frames += 1;
    if (performance.now() - begun < 2000) return requestAnimationFrame(tick);
    for (const node of live.querySelectorAll(hidden || 'none')) node.style.visibility = node.style.display = '';
    input.value = first; // the next keys must not find it at an end
    input.dispatchEvent(new Event('input', { bubbles: true }));
    done(frames / 2);
  };
  requestAnimationFrame(tick);
})"""


def write_notebook(folder: pathlib.Path, name: str, source: str) -> str:
    cells = [nbformat.v4.new_code_cell(each) for each in (COMMON, source, BUSY)]
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
        for part in (".oc-formulas", ".oc-pictures", ".oc-formulas, .oc-pictures"):
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


def sliders(against: str = "") -> None:
    rows: dict[str, dict[str, float]] = {}
    ways = {**WAYS, **({f"{way} ({against})": WAYS[way] for way in WAYS if "page" in way} if against else {})}
    for way, source in ways.items():
        os.environ["PYTHONPATH"] = against if way not in WAYS else ""
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as settings:
            root = pathlib.Path(folder)
            name = write_notebook(root, f"{re.sub(r'[^a-z]+', '-', way)}.ipynb", source)
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


if __name__ == "__main__":
    if sys.argv[1:2] == ["class"]:
        classroom(int(sys.argv[2]) if sys.argv[2:] else 30)
        sys.exit()
    if sys.argv[1:2] == ["site"]:
        opening(*sys.argv[2:])
        sys.exit()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()}, Chromium without a GPU")
    sliders(*sys.argv[1:])
