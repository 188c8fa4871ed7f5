// The parts of a page beside timelines: words, facts, bars, tables.

const MARKS = { good: "✓ ", bad: "✗ ", skipped: "– " };

function words({ heading, paragraphs }) {
  return section(2, heading, ...paragraphs.map((text) => element("p", {}, text)));
}

function facts({ heading, facts }) {
  const list = element("dl", {});
  for (const [name, value] of facts) list.append(element("dt", {}, name), element("dd", {}, value));
  return section(2, heading, list);
}

/** Lengths from zero; a line across the end of a bar shows how far its values are spread. */
function bars({ heading, caption, bars }) {
  const longest = Math.max(...bars.map(({ value, spread }) => Math.max(value ?? 0, spread?.[1] ?? 0)), Number.MIN_VALUE);
  const percent = (value) => `${(100 * value) / longest}%`;
  const list = element("ol", { class: "bars" });
  for (const { rank, name, value, spread, text } of bars) {
    const track = element("span", { class: "track", "aria-hidden": "true" });
    if (value !== null) track.append(placed("bar", "0", percent(value)));
    if (spread) track.append(placed("spread", percent(spread[0]), percent(spread[1] - spread[0])));
    list.append(element("li", { class: value === null ? "out" : "" }, element("span", { class: "rank" }, rank), element("span", { class: "name" }, name), track, element("span", { class: "value" }, text)));
  }
  return section(2, heading, element("p", {}, caption), list);
}

function placed(name, left, width) {
  const part = element("span", { class: name });
  part.style.left = left;
  part.style.width = width;
  return part;
}

/**
 * A table whose headers sort it: once upwards, once more downwards. On a telephone each row is a block of names and values; its
 * roles are written out, since a browser may take a table that is not laid out as one for no table.
 */
function table({ heading, caption, columns, rows }) {
  const body = element("tbody", { role: "rowgroup" }, ...rows.map((cells) => tableRow(cells, columns)));
  const headers = columns.map(({ name, is_number }, index) => {
    const button = element("button", { type: "button", onclick: () => sort(headers, body, index) }, name, element("span", { class: "order", "aria-hidden": "true" }));
    return element("th", { scope: "col", role: "columnheader", class: is_number ? "number" : "" }, button);
  });
  const head = element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...headers));
  const whole = element("table", { role: "table", "aria-label": heading }, head, body);
  // A table that is wider than its window scrolls by itself, also by keyboard.
  const box = element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": heading }, whole);
  return section(2, heading, element("p", { class: "caption" }, caption), box);
}

function tableRow(cells, columns) {
  const row = element("tr", { role: "row" });
  row.cellsAsData = cells;
  cells.forEach(({ text, mark }, index) => {
    const column = columns[index];
    const names = [column?.is_number ? "number" : "words", mark ?? ""].join(" ").trim();
    const [tag, own] = index === 0 ? ["th", { scope: "row", role: "rowheader" }] : ["td", { role: "cell", "data-column": column?.name }];
    row.append(element(tag, { class: names, ...own }, (mark ? MARKS[mark] : "") + text));
  });
  return row;
}

function sort(headers, body, index) {
  const isUp = headers[index].getAttribute("aria-sort") !== "ascending";
  for (const header of headers) {
    header.removeAttribute("aria-sort");
    header.querySelector(".order").textContent = "";
  }
  headers[index].setAttribute("aria-sort", isUp ? "ascending" : "descending");
  headers[index].querySelector(".order").textContent = isUp ? " ▲" : " ▼";
  const rows = [...body.rows].sort((one, other) => compared(one.cellsAsData[index], other.cellsAsData[index], isUp));
  body.append(...rows);
}

/** Numbers as numbers, words as words; a cell without a number is last in both directions. */
function compared(one, other, isUp) {
  const sign = isUp ? 1 : -1;
  if (one.number !== undefined && other.number !== undefined) return sign * (one.number - other.number);
  if (one.number !== undefined) return -1;
  if (other.number !== undefined) return 1;
  return sign * one.text.localeCompare(other.text);
}
