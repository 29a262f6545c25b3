/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
// Tables sort by any column; long ones show their first rows until asked.
const shown = 15;

function key(row, column) {
  const cell = row.cells[column];
  const value = cell.getAttribute("data-v");
  return value === null ? cell.textContent : Number(value);
}

function order(a, b) {
  if (typeof a === "number" && typeof b === "number") {
    return a - b;
  }
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function shorten(table) {
  const rows = Array.from(table.tBodies[0].rows);
  const open = table.hasAttribute("data-open");
  rows.forEach((row, i) => { row.hidden = !open && i >= shown; });
}

function sort(table, column) {
  const head = table.tHead.rows[0].cells;
  const was = head[column].getAttribute("aria-sort");
  const numbers = head[column].classList.contains("n");
  const down = was ? was === "ascending" : numbers;
  for (const cell of head) {
    cell.removeAttribute("aria-sort");
  }
  head[column].setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = Array.from(table.tBodies[0].rows);
  rows.sort((a, b) => {
    const by = order(key(a, column), key(b, column));
    return down ? -by : by;
  });
  table.tBodies[0].append(...rows);
  shorten(table);
}

for (const table of document.querySelectorAll("table.sorts")) {
  Array.from(table.tHead.rows[0].cells).forEach((cell, column) => {
    cell.querySelector("button")
      .addEventListener("click", () => sort(table, column));
  });
  const count = table.tBodies[0].rows.length;
  if (count > shown) {
    const more = document.createElement("button");
    const label = () => {
      more.textContent = table.hasAttribute("data-open")
        ? "Show fewer" : `Show all ${count}`;
    };
    more.className = "more";
    more.addEventListener("click", () => {
      table.toggleAttribute("data-open");
      shorten(table);
      label();
    });
    label();
    table.parentElement.after(more);
    shorten(table);
  }
}
