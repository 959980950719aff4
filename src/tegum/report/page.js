// Draws the figures one after another, so that a long book stays responsive while it fills.
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

async function draw(figure) {
  const box = figure.querySelector(".plot");
  const { data, layout, frames } = JSON.parse(figure.querySelector("script").textContent);
  if (layout.meta?.narrow) box.style.minWidth = `${layout.meta.narrow}px`;
  const fitted = () => height(layout, box.clientWidth);
  await Plotly.newPlot(box, { data, layout: { ...layout, height: fitted() }, frames, config });
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    Plotly.relayout(box, { height: fitted() });
  }).observe(box);
}

(async () => {
  for (const figure of document.querySelectorAll("figure")) {
    await draw(figure);
    await new Promise((next) => setTimeout(next));
  }
})();

// A film that is stopped or moved by hand rejects its animation's promise without a reason: nothing went wrong.
addEventListener("unhandledrejection", (event) => event.reason === undefined && event.preventDefault());

addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => (part.open = true)));
