// The step control: one step on or back, a step in parts, play. No step asks the kernel.

// `host` has step (the chosen one), steps (of the run) and parts (of a step), and go and stopped. Gives whether it plays, and reset.
function playerOf(bar, host) {
  const find = (selector) => bar.querySelector(selector),
    play = find("[data-do=play]"),
    inParts = find("[type=checkbox]"),
    slider = find(".oc-step");
  let part = null,
    timer = null; // part: the part of the step that is shown, or null

  function go(step) {
    host.go(Math.max(0, Math.min(step, host.steps)), part);
  }

  function next() {
    if (inParts.checked && part !== null && part < host.parts - 1) {
      part += 1;
      go(host.step);
      return;
    }
    part = inParts.checked ? 0 : null;
    go(Math.min(host.step, host.steps) + 1);
  }

  function back() {
    if (inParts.checked && part > 0) {
      part -= 1;
      go(host.step);
      return;
    }
    part = inParts.checked ? host.parts - 1 : null;
    go(Math.min(host.step, host.steps) - 1);
  }

  function pause() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶";
    play.setAttribute("aria-label", "play");
    host.stopped();
  }

  function start() {
    if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
      next();
      return;
    } // no motion: one step at a time
    if (host.step >= host.steps) go(0);
    play.textContent = "❚❚";
    play.setAttribute("aria-label", "pause");
    timer = setInterval(
      () => {
        next();
        if (!bar.isConnected || (host.step >= host.steps && (!inParts.checked || part === host.parts - 1))) pause();
      },
      1000 / Number(find(".oc-speed").value),
    );
  }

  find("[data-do=back]").addEventListener("click", () => {
    pause();
    back();
  });
  find("[data-do=next]").addEventListener("click", () => {
    pause();
    next();
  });
  play.addEventListener("click", () => (timer === null ? start() : pause()));
  find(".oc-speed").addEventListener("change", () => {
    if (timer !== null) {
      pause();
      start();
    }
  });
  inParts.addEventListener("change", () => {
    part = inParts.checked ? 0 : null;
    go(host.step);
  });
  slider.addEventListener("input", () => {
    part = null;
    inParts.checked = false;
    go(Number(slider.value));
  });

  return {
    get playing() {
      return timer !== null;
    },
    reset() {
      part = null;
      inParts.checked = false;
    },
    end() {
      clearInterval(timer);
    },
  };
}
