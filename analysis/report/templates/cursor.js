// Cursor, read-out and zoom of the figures along the way. The page is whole without it, and prints the same.
"use strict";
(() => {
  const source = document.getElementById("course");
  const figures = [...document.querySelectorAll("svg[data-along]")].map((svg) => {
    const [left, right, top, bottom] = svg.dataset.along.split(" ").map(Number);
    return { svg, left, right, top, bottom, moved: svg.querySelector(".zoom"), axis: svg.querySelector(".x-axis") };
  });
  if (!source || !figures.length) return;
  const data = JSON.parse(source.textContent);
  const last = data.count - 1, span = data.high - data.low;
  const place = (i) => data.low + (span * i) / last;
  let at = 0, from = data.low, to = data.high, drag = null;

  const make = (name, attributes, parent) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return parent.appendChild(element);
  };
  const html = (name, text, parent) => {
    const element = document.createElement(name);
    element.textContent = text;
    return parent.appendChild(element);
  };

  // The bar: a slider that keys and fingers move, what stands at its place, and the zoom.
  const room = document.createElement("div"), bar = html("div", "", room);
  room.className = "cursor-room";
  bar.className = "cursor";
  const label = html("label", "Look along the run", bar), slider = html("input", "", label);
  Object.assign(slider, { type: "range", min: 0, max: last, step: 1, value: 0 });
  const told = html("output", "Move along a figure, or use the arrow keys.", bar);
  told.setAttribute("aria-live", "polite");
  const buttons = html("div", "", bar);
  const button = (text, act) => {
    const made = html("button", text, buttons);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  button("Zoom in", () => zoomBy(0.5));
  button("Zoom out", () => zoomBy(2));
  const whole = button("Whole run", () => zoom(data.low, data.high));
  const host = figures[0].svg.parentNode;
  host.insertBefore(room, [...host.children].filter((e) => e.matches("svg")).pop().nextSibling);

  const signed = (text, number) => (number > 0 ? "+" : "") + text;
  const clock = (s) => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
  const wording = (name, tenths) => {
    const number = tenths / 10;
    if (name.startsWith("pace")) return name.replace("*", clock(Math.round(number)));
    const digits = name.startsWith("heart") ? 0 : 1, text = number.toFixed(digits).replace("-", "\u2212");
    return name.replace("+*", signed(text, number)).replace("*", text);
  };
  const where = () => `${data.unit} ${place(at).toFixed(2)}`;
  const sentence = () => [where(), ...Object.entries(data.read)
    .filter(([, values]) => values[at] !== null).map(([name, values]) => wording(name, values[at]))].join(" \u00b7 ");

  const show = (i) => {
    at = Math.min(Math.max(i, 0), last);
    slider.value = at;
    slider.setAttribute("aria-valuetext", where());
    told.textContent = sentence();
    for (const f of figures) {
      f.line ??= make("line", { class: "cursor-line", y1: f.top, y2: f.bottom }, f.svg);
      const x = f.left + ((place(at) - from) / (to - from)) * (f.right - f.left);
      f.line.setAttribute("x1", x);
      f.line.setAttribute("x2", x);
      f.line.setAttribute("visibility", x < f.left - 1 || x > f.right + 1 ? "hidden" : "visible");
    }
  };

  // Zoom: the moved group is stretched; letters and marks in it keep their own shape.
  const ticks = (f) => {
    const rough = ((to - from) / f.axis.querySelectorAll("text").length) || 1;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
    f.ticks = make("g", {}, f.svg);
    for (let n = Math.ceil(from / step); n * step <= to; n++) {
      const x = f.left + ((n * step - from) / (to - from)) * (f.right - f.left);
      if (x > f.right - 30) break;
      make("line", { class: "axis", x1: x, x2: x, y1: f.bottom, y2: f.bottom + 4 }, f.ticks);
      make("text", { class: "tick", x, y: f.bottom + 18, "text-anchor": "middle" }, f.ticks)
        .textContent = String(+(n * step).toFixed(3));
    }
  };
  const stretch = (f) => {
    const k = span / (to - from), x0 = f.left + ((from - data.low) / span) * (f.right - f.left);
    const id = `${f.svg.getAttribute("aria-labelledby").split("-title")[0]}-clip`;
    f.clip ??= make("rect", { y: 0, height: f.bottom }, make("clipPath", { id }, f.svg));
    f.clip.setAttribute("x", x0);
    f.clip.setAttribute("width", (f.right - f.left) / k);
    f.moved.setAttribute("transform", `translate(${f.left - x0 * k} 0) scale(${k} 1)`);
    f.moved.setAttribute("clip-path", `url(#${id})`);
    for (const mark of f.moved.querySelectorAll("text, circle, path.strap-step")) {
      // What is written in a bar keeps its distance from the bar's end.
      const bar = mark.previousElementSibling?.matches("rect.flag") ? mark.previousElementSibling : mark;
      const x = Number(bar.getAttribute("x") ?? bar.getAttribute("cx") ?? bar.getAttribute("d").match(/[\d.]+/)[0]);
      mark.setAttribute("transform", `translate(${x - x / k} 0) scale(${1 / k} 1)`);
    }
  };
  const zoom = (a, b) => {
    const least = span / 50, middle = (a + b) / 2, half = Math.min(Math.max(b - a, least), span) / 2;
    from = Math.min(Math.max(middle - half, data.low), data.high - 2 * half);
    to = from + 2 * half;
    const isWhole = to - from > span * 0.999;
    whole.disabled = isWhole;
    for (const f of figures) {
      f.ticks?.remove();
      f.svg.classList.toggle("zoomed", !isWhole);
      if (!isWhole) { stretch(f); ticks(f); continue; }
      for (const e of [f.moved, ...f.moved.querySelectorAll("[transform]")]) e.removeAttribute("transform");
      f.moved.removeAttribute("clip-path");
    }
    show(at);
  };
  const zoomBy = (factor) => zoom(place(at) - ((to - from) * factor) / 2, place(at) + ((to - from) * factor) / 2);

  const valueAt = (f, event) => {
    const box = f.svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * f.svg.viewBox.baseVal.width;
    return from + Math.min(Math.max((x - f.left) / (f.right - f.left), 0), 1) * (to - from);
  };
  const float = (on) => {
    const box = room.getBoundingClientRect();
    bar.classList.toggle("afloat", on && (box.bottom > innerHeight || box.top < 0));
  };
  for (const f of figures) {
    f.svg.addEventListener("pointermove", (event) => {
      float(true);
      show(Math.round(((valueAt(f, event) - data.low) / span) * last));
      if (drag !== null && drag.svg === f.svg) drag.to = valueAt(f, event);
    });
    f.svg.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "mouse" && event.button === 0) drag = { svg: f.svg, from: valueAt(f, event) };
      show(Math.round(((valueAt(f, event) - data.low) / span) * last));
    });
    f.svg.addEventListener("pointerleave", () => float(false));
  }
  addEventListener("pointerup", () => {
    const ends = drag && drag.to !== undefined ? [drag.from, drag.to].sort((a, b) => a - b) : null;
    drag = null;
    if (ends && ends[1] - ends[0] > (to - from) / 40) zoom(...ends);
  });
  slider.addEventListener("input", () => show(Number(slider.value)));
  slider.addEventListener("keydown", ({ key }) => {
    if (key === "+") zoomBy(0.5);
    if (key === "-") zoomBy(2);
    if (key === "Escape") zoom(data.low, data.high);
  });
  addEventListener("beforeprint", () => zoom(data.low, data.high));
  whole.disabled = true;
  slider.setAttribute("aria-valuetext", where());
})();
