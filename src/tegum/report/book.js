// Filters and sorts the scorecard; without this script the table shows everything.
"use strict";
{
  const form = document.querySelector(".filters");
  const table = document.querySelector("table.all");
  const rows = [...table.tBodies[0].rows].map((row, place) => ({ row, place, words: row.textContent.toLowerCase() }));
  const buttons = [...form.querySelectorAll("button[data-verdict]")];
  const heads = [...table.querySelectorAll("th[data-sort]")];
  const order = buttons.map((button) => button.dataset.verdict);

  const pressed = () => buttons.filter((b) => b.ariaPressed === "true").map((b) => b.dataset.verdict);
  const key = ({ row, place }, by) => (by === "place" ? place : by === "verdict" ? order.indexOf(row.dataset.verdict) : row.dataset[by]);

  function filter() {
    const { words, work, run, size } = form.elements;
    const sought = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = { work: work.value, run: run.value, size: size?.value ?? "" };
    const verdicts = pressed();
    const counts = Object.fromEntries(order.map((verdict) => [verdict, 0]));
    for (const { row, words: said } of rows) {
      const { dataset } = row;
      const fits = sought.every((word) => said.includes(word)) &&
        Object.entries(chosen).every(([name, value]) => value === "" || dataset[name] === value);
      counts[dataset.verdict] += fits;
      row.hidden = !fits || (verdicts.length > 0 && !verdicts.includes(dataset.verdict));
    }
    for (const button of buttons) button.querySelector("b").textContent = counts[button.dataset.verdict];
    const count = rows.filter(({ row }) => !row.hidden).length;
    form.querySelector("output").textContent = `${count} of ${rows.length} claims`;
  }

  function sort() {
    const by = form.elements.sort.value;
    const compare = (a, b) => {
      const [x, y] = [key(a, by), key(b, by)];
      return x < y ? -1 : x > y ? 1 : a.place - b.place;
    };
    table.tBodies[0].append(...rows.toSorted(compare).map(({ row }) => row));
    for (const head of heads) head.ariaSort = head.dataset.sort === by ? "ascending" : null;
  }

  const update = () => (filter(), sort());

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      form.elements.sort.value = form.elements.sort.value === head.dataset.sort ? "place" : head.dataset.sort;
      sort();
    });
  }
  for (const button of buttons) {
    button.addEventListener("click", () => {
      button.ariaPressed = button.ariaPressed === "true" ? "false" : "true";
      filter();
    });
  }
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    for (const button of buttons) button.ariaPressed = "false";
    setTimeout(update); // after the fields are empty
  });
  for (const link of document.querySelectorAll("a[data-run]")) {
    link.addEventListener("click", () => {
      form.reset();
      setTimeout(() => {
        form.elements.run.value = link.dataset.run;
        update();
      });
    });
  }
  form.hidden = false;
  update();
}
