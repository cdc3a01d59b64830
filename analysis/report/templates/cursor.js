// Cursor, read-out and zoom of the figures along the way. The page is whole without it, and prints the same.
"use strict";
(() => {
  const source = document.getElementById("course");
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const figures = all("svg[data-along]").map((svg) => {
    const [left, right, top, bottom] = svg.dataset.along.split(" ").map(Number);
    return { svg, left, right, top, bottom, width: right - left, moved: svg.querySelector(".zoom") };
  });
  if (!source || !figures.length) return;
  const { unit, low, high, count, read, map } = JSON.parse(source.textContent);
  const AWAY = [-9999, -9999];
  const maps = (map ? all("svg[data-map]") : []).map((svg) => {
    const [x, y, k] = svg.dataset.map.split(" ").map(Number);
    return { svg, spots: map.map((spot) => (spot ? [x + k * spot[0], y - k * spot[1]] : AWAY)) };
  });
  const last = count - 1, span = high - low;
  const place = (i) => low + (span * i) / last;
  const held = (value, low, high) => Math.min(Math.max(value, low), high);
  let at = 0, from = low, to = high, drag = null;
  const where = () => `${unit} ${place(at).toFixed(2)}`;
  const across = (f, value) => f.left + ((value - from) / (to - from)) * f.width;

  const set = (element, attributes) => {
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const add = (parent, name, attributes = {}, text = "") => {
    const made = set(document.createElementNS(parent.namespaceURI, name), attributes);
    made.textContent = text;
    return parent.appendChild(made);
  };

  // The bar: slider, read-out, zoom.
  const host = figures[0].svg.parentNode;
  const room = add(host, "div", { class: "cursor-room" }), bar = add(room, "div", { class: "cursor" });
  all(":scope > svg", host).pop().after(room);
  const slider = add(add(bar, "label", {}, "Look along the run"), "input",
    { type: "range", min: 0, max: last, value: 0, "aria-valuetext": where() });
  const told = add(bar, "output", { "aria-live": "polite" }, "Move along a figure, or use the arrow keys.");
  const buttons = add(bar, "div");
  const button = (text, onclick) => Object.assign(add(buttons, "button", { type: "button" }, text), { onclick });
  const zoomBy = (factor) => {
    const half = ((to - from) * factor) / 2;
    zoom(place(at) - half, place(at) + half);
  };
  const reset = () => zoom(low, high);
  button("Zoom in", () => zoomBy(0.5));
  button("Zoom out", () => zoomBy(2));
  const whole = button("Whole run", reset);
  whole.disabled = true;

  const wording = (name, tenths) => {
    const number = tenths / 10, s = Math.round(number);
    if (name.startsWith("pace")) return name.replace("*", `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`);
    const text = number.toFixed(name.startsWith("heart") ? 0 : 1).replace("-", "\u2212");
    return name.replace("+*", (number > 0 ? "+" : "") + text).replace("*", text);
  };
  const show = (i) => {
    at = held(i, 0, last);
    slider.value = at;
    slider.setAttribute("aria-valuetext", where());
    told.textContent = [where(), ...Object.entries(read)
      .filter(([, values]) => values[at] !== null).map(([name, values]) => wording(name, values[at]))].join(" \u00b7 ");
    for (const f of figures) {
      f.line ??= add(f.svg, "line", { class: "cursor-line", y1: f.top, y2: f.bottom });
      const x = across(f, place(at)), shown = x > f.left - 1 && x < f.right + 1 ? x : AWAY[0];
      set(f.line, { x1: shown, x2: shown });
    }
    for (const m of maps) {
      m.dot ??= add(m.svg, "circle", { class: "cursor-dot", r: 6 });
      set(m.dot, { cx: m.spots[at][0], cy: m.spots[at][1] });
    }
  };

  // Zoom: the moved group is stretched; letters and marks in it keep their own shape.
  const ticks = (f) => {
    const rough = (to - from) / all(".x-axis text", f.svg).length;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((m) => m * power >= rough);
    f.ticks = add(f.svg, "g");
    for (let n = Math.ceil(from / step); n * step <= to; n++) {
      const x = across(f, n * step);
      if (x > f.right - 40) break;
      add(f.ticks, "line", { class: "axis", x1: x, x2: x, y1: f.bottom, y2: f.bottom + 4 });
      add(f.ticks, "text", { class: "tick", x, y: f.bottom + 18, "text-anchor": "middle" }, +(n * step).toFixed(3));
    }
  };
  const stretch = (f) => {
    const k = span / (to - from), x0 = f.left + ((from - low) / span) * f.width;
    const id = `${f.svg.getAttribute("aria-labelledby").split("-title")[0]}-clip`;
    f.clip ??= add(add(f.svg, "clipPath", { id }), "rect", { y: 0, height: f.bottom });
    set(f.clip, { x: x0, width: f.width / k });
    set(f.moved, { transform: `translate(${f.left - x0 * k} 0) scale(${k} 1)`, "clip-path": `url(#${id})` });
    for (const mark of all("text, circle, path.strap-step", f.moved)) {
      // What is written in a bar keeps its distance from the bar's end.
      const bar = mark.previousElementSibling?.matches("rect.flag") ? mark.previousElementSibling : mark;
      const x = Number(bar.getAttribute("x") ?? bar.getAttribute("cx") ?? bar.getAttribute("d").match(/[\d.]+/)[0]);
      set(mark, { transform: `translate(${x - x / k} 0) scale(${1 / k} 1)` });
    }
  };
  const zoom = (a, b) => {
    const half = held(b - a, span / 50, span) / 2;
    from = held((a + b) / 2 - half, low, high - 2 * half);
    to = from + 2 * half;
    whole.disabled = half > span * 0.4995;
    for (const f of figures) {
      f.ticks?.remove();
      f.svg.classList.toggle("zoomed", !whole.disabled);
      if (!whole.disabled) { stretch(f); ticks(f); continue; }
      for (const e of [f.moved, ...all("[transform]", f.moved)]) e.removeAttribute("transform");
      f.moved.removeAttribute("clip-path");
    }
    show(at);
  };

  // Pointing moves the cursor; dragging along a figure picks the stretch to zoom into, scrolling lets it go.
  const spotAt = (svg, event) => {
    const box = svg.getBoundingClientRect(), k = svg.viewBox.baseVal.width / box.width;
    return [(event.clientX - box.left) * k, (event.clientY - box.top) * k];
  };
  const float = (on) => {
    const box = room.getBoundingClientRect();
    bar.classList.toggle("afloat", on && (box.bottom > innerHeight || box.top < 0));
  };
  const drop = () => { drag?.mark?.remove(); drag = null; };
  for (const f of figures) {
    const follow = (event) => {
      const value = from + held((spotAt(f.svg, event)[0] - f.left) / f.width, 0, 1) * (to - from);
      show(Math.round(((value - low) / span) * last));
      float(true);
      return value;
    };
    f.svg.onpointermove = (event) => {
      const value = follow(event);
      if (!drag || !event.isPrimary) return;
      drag.ends = [drag.from, value].sort((a, b) => a - b);
      drag.mark ??= add(f.svg, "rect", { class: "cursor-picked", y: f.top, height: f.bottom - f.top });
      const [x0, x1] = drag.ends.map((end) => across(f, end));
      set(drag.mark, { x: x0, width: x1 - x0 });
    };
    f.svg.onpointerdown = (event) => {
      const value = follow(event);
      drop();
      if (event.button || !event.isPrimary) return;
      f.svg.setPointerCapture(event.pointerId);
      drag = { from: value };
    };
    f.svg.ondblclick = reset;
  }
  for (const m of maps) {
    m.svg.onpointermove = m.svg.onpointerdown = (event) => {
      const [x, y] = spotAt(m.svg, event);
      // Of laps upon laps the one the cursor is in.
      const far = m.spots.map((spot, i) => Math.hypot(spot[0] - x, spot[1] - y) + (4 * Math.abs(i - at)) / last);
      show(far.indexOf(Math.min(...far)));
      float(true);
    };
  }
  for (const { svg } of [...figures, ...maps]) svg.onpointerleave = () => float(false);
  addEventListener("pointerup", () => {
    const [a, b] = drag?.ends ?? [0, 0];
    drop();
    if (b - a > (to - from) / 25) zoom(a, b);
  });
  addEventListener("pointercancel", drop);
  slider.oninput = () => show(Number(slider.value));
  slider.onkeydown = ({ key }) => ({ "+": () => zoomBy(0.5), "-": () => zoomBy(2), Escape: reset })[key]?.();
  addEventListener("beforeprint", reset);
})();
