// Draws the figures: a page's one after another, so that it stays responsive while it fills; a book's when they come near.
"use strict";
const config = {
  responsive: true,
  displaylogo: false,
  showSendToCloud: false, // plotly.js 4 offers by default to upload the figure
  plotlyServerURL: "",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  toImageButtonOptions: { format: "svg" },
};

// Tiles shrink together on a narrow page; their height follows, so that no gap opens below them.
function height(layout, width) {
  const { page, head } = layout.meta ?? {};
  return page ? head + (layout.height - head) * Math.min(1, width / page) : layout.height;
}

const box = (figure) => figure.querySelector(".plot");
const states = new Map(); // of each figure: whether it shall be drawn, and the work on it, one piece after the other

// A film that has the focus follows the arrow keys by a frame, Home and End to its ends. Its slider gives it the focus.
function steer(place, names) {
  place.tabIndex = 0;
  place.on("plotly_sliderchange", ({ interaction }) => interaction && place.focus({ preventScroll: true }));
  place.addEventListener("keydown", (event) => {
    const now = place.layout.sliders[0].active ?? 0, last = names.length - 1;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const still = { duration: 0, redraw: true };
    Plotly.animate(place, [names[Math.min(Math.max(to, 0), last)]], { mode: "immediate", frame: still, transition: still });
  });
}

async function draw(figure, state) {
  const place = box(figure);
  const { data, layout, frames } = JSON.parse(figure.querySelector("script").textContent);
  widen(place, layout);
  reserve(place, layout);
  const fitted = () => height(layout, place.clientWidth);
  let width = place.clientWidth;
  await Plotly.newPlot(place, { data, layout: { ...layout, height: fitted() }, frames, config });
  place.style.minHeight = "";
  if (frames?.length && layout.sliders && !place.hasAttribute("tabindex")) steer(place, frames.map((one) => one.name));
  state.watcher = new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    state.work = state.work.then(() => state.watcher && Plotly.relayout(place, { height: fitted() }));
  });
  state.watcher.observe(place);
}

// A browser holds a few WebGL scenes at once: what has one and is far from the window gives it back.
function leave(figure, state) {
  const place = box(figure);
  if (!place.querySelector("canvas")) return;
  place.style.minHeight = `${place.clientHeight}px`;
  state.watcher.disconnect();
  state.watcher = undefined;
  Plotly.purge(place);
}

function want(figure, drawn) {
  const state = states.get(figure) ?? { work: Promise.resolve() };
  states.set(figure, state);
  state.drawn = drawn;
  state.work = state.work.then(() => {
    if (state.drawn === Boolean(state.watcher)) return;
    return (state.drawn ? draw : leave)(figure, state);
  });
  return state.work;
}

// The room that a figure will take, 12rem as in page.css at least: nothing moves under the reader's hand when it is drawn.
function reserve(place, layout) {
  if (layout.height) place.style.minHeight = `max(12rem, ${height(layout, place.clientWidth || Infinity)}px)`;
}

function widen(place, layout) {
  if (layout.meta?.narrow) place.style.minWidth = `${layout.meta.narrow}px`;
}

async function drawAll(figures) {
  for (const figure of figures) {
    await want(figure, true);
    await new Promise((next) => setTimeout(next));
  }
}

// A book has too many figures to draw them all: those near the window are drawn.
function drawNear(figures) {
  const seen = (entries) => entries.forEach((one) => want(one.target, one.isIntersecting));
  const observer = new IntersectionObserver(seen, { rootMargin: "100% 0px" });
  const places = [...figures].map(box), layouts = places.map((place) => JSON.parse(place.dataset.layout));
  places.forEach((place, i) => widen(place, layouts[i]));
  places.forEach((place, i) => reserve(place, layouts[i])); // widths first: the browser lays the page out once
  figures.forEach((figure) => observer.observe(figure));
}

(document.body.dataset.draw === "near" ? drawNear : drawAll)(document.querySelectorAll("figure"));

// A film that is stopped or moved by hand rejects its animation's promise without a reason: nothing went wrong.
addEventListener("unhandledrejection", (event) => event.reason === undefined && event.preventDefault());

addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => (part.open = true)));
