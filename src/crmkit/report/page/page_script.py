"""The script of the page: it sorts, searches and saves tables; all else works alone."""

import base64
import hashlib

__all__ = ["SCRIPT", "SCRIPT_HASH"]

SCRIPT = """(() => {
"use strict";
const value = (cell) => {
  const text = cell.textContent.trim();
  const plain = text.replace(/\\u2212/g, "-").replace(/[^0-9.\\-]/g, "");
  const isDate = /^\\d{4}-\\d\\d-\\d\\d$/.test(text);
  return isDate || plain === "" || isNaN(plain) || /^[^0-9\\-]{4,}/.test(text)
    ? text : parseFloat(plain);
};
const compare = (a, b) =>
  typeof a === "number" && typeof b === "number"
    ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
const sort = (table, at, button) => {
  const body = table.tBodies[0];
  const down = button.parentElement.getAttribute("aria-sort") !== "descending";
  const rows = Array.from(body.rows, (row) => [value(row.cells[at]), row]);
  rows.sort((a, b) => (down ? -1 : 1) * compare(a[0], b[0]));
  for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
  button.parentElement.setAttribute("aria-sort", down ? "descending" : "ascending");
  for (const [, row] of rows) body.append(row);
};
const cellText = (text) => {
  const safe = /^[=+\\-@\\t\\r]/.test(text) && isNaN(text) ? "'" + text : text;
  return '"' + safe.replace(/"/g, '""') + '"';
};
const save = (table, name) => {
  const rows = [table.tHead.rows[0], ...table.tBodies[0].rows].filter((r) => !r.hidden);
  const text = rows.map((row) =>
    Array.from(row.cells, (cell) => cellText(cell.textContent.trim())).join(","));
  const link = document.createElement("a");
  link.href = "data:text/csv;charset=utf-8," + encodeURIComponent(text.join("\\n"));
  link.download = name + ".csv";
  link.click();
};
for (const table of document.querySelectorAll("table.sortable")) {
  Array.from(table.tHead.rows[0].cells).forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(table, at, button));
    head.replaceChildren(button);
  });
  const tools = document.createElement("p");
  tools.className = "tools";
  const search = document.createElement("input");
  search.type = "search";
  search.placeholder = "Search these customers";
  search.setAttribute("aria-label", "Search these customers");
  const told = document.createElement("span");
  told.setAttribute("aria-live", "polite");
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase();
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      row.hidden = !row.textContent.toLowerCase().includes(words);
      shown += row.hidden ? 0 : 1;
    }
    told.textContent = words ? shown + " found" : "";
  });
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Save the rows shown";
  button.addEventListener("click", () => save(table, table.dataset.name));
  tools.append(search, button, told);
  table.closest(".scroll").before(tools);
}
const open = () => {
  const found = location.hash && document.getElementById(location.hash.slice(1));
  const inside = found && found.closest("details");
  if (inside) { inside.open = true; found.scrollIntoView(); }
};
addEventListener("hashchange", open);
open();
})();
"""

SCRIPT_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
