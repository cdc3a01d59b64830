"use strict";
(() => {
  const SILENCE_MS = 8000, AGAIN_MS = 1500, FOOT = -2, TOP = 6, HEIGHT = 60;
  const at = (id) => document.getElementById(id);
  const put = (id, text) => { if (at(id).textContent !== text) at(id).textContent = text; };
  let stream = null, heard = 0, waiting = 0;

  const list = (id, entries) => at(id).replaceChildren(...entries.map(([text, isWell]) => {
    const item = document.createElement("li");
    item.textContent = text;
    item.className = isWell ? "" : "ill";
    return item;
  }));

  const height = (deg) => HEIGHT * (Math.min(TOP, Math.max(FOOT, deg)) - FOOT) / (TOP - FOOT);

  const draw = (trend, name) => {
    const known = trend.filter((deg) => deg !== null);
    at("trend").hidden = known.length === 0;
    const wide = 200 / trend.length;
    at("bars").replaceChildren(...trend.map((deg, i) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const tall = deg === null ? 0 : Math.max(1, height(deg));
      const place = { x: i * wide + 0.5, y: HEIGHT - tall, width: wide - 1, height: tall };
      for (const [key, value] of Object.entries(place)) bar.setAttribute(key, value);
      return bar;
    }));
    for (const end of ["y1", "y2"]) at("zero").setAttribute(end, HEIGHT - height(0));
    put("trend-name", `${name}, ${FOOT}° to +${TOP}° against your usual`);
  };

  const show = (view) => {
    document.body.className = view.zone ?? "none";
    put("number", view.number || "–");
    put("word", view.word);
    put("usual", view.usual);
    put("hint", view.hint);
    at("hint").hidden = !view.hint;
    draw(view.trend_deg, view.trend_name);
    list("facts", [view.clock, ...view.facts].map((text) => [text, true]));
    list("sensors", view.sensors);
    put("message", view.message);
  };

  const lost = (isLost) => {
    at("lost").hidden = !isLost;
    document.body.classList.toggle("stale", isLost);
  };

  const connect = () => {
    waiting = 0;
    heard = Date.now();
    stream?.close();
    stream = new EventSource("events");
    stream.onmessage = (event) => {
      heard = Date.now();
      show(JSON.parse(event.data));
      lost(false);
    };
    stream.onerror = again;
  };

  // A browser tries again by itself after a broken line, but gives up where it is once refused.
  const again = () => {
    lost(true);
    stream?.close();
    if (!waiting) waiting = setTimeout(connect, AGAIN_MS);
  };

  setInterval(() => { if (!waiting && Date.now() - heard > SILENCE_MS) again(); }, 1000);

  const stayAwake = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      await navigator.wakeLock.request("screen");
      at("awake").hidden = true;
    } catch {
      at("awake").hidden = false;
    }
  };

  document.addEventListener("visibilitychange", () => {
    stayAwake();
    if (document.visibilityState === "visible" && stream?.readyState !== 1) again();
  });
  stayAwake();
  connect();
})();
