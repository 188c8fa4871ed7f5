// The picture of one run: a tree of rows for its threads, one for its calls, and the axis below them.

/** The height of a row in pixels: of one lane, and of several. */
const LANE_HEIGHT = 14;
const GROUP_HEIGHT = 24;

/** The least pixels between two labels of the axis. */
const TICK_WIDTH = 90;

class RunPicture {
  /** `replay` hears of moments that a reader points at. */
  constructor(run, replay) {
    this.run = run;
    this.replay = replay;
    this.lanes = lanesOf(run);
    this.census = { threads: new Census(this.lanes.threads), calls: new Census(this.lanes.calls) };
    this.rows = [];
    this.axis = drawn("svg", { class: "axis", "aria-hidden": "true" });
    this.figure = element("div", { class: "figure", onpointermove: (event) => this.pointed(event), onclick: (event) => this.clicked(event) });
    this.atNow = element("p", { class: "census" });
    for (const kind of ["threads", "calls"]) this.addTree(kind);
    this.figure.append(this.axis, element("div", { class: "later" }));
    this.section = section(3, this.title(), ...this.words(), this.figure, this.atNow);
    this.section.classList.add("run");
  }

  title() {
    const { contestant, round } = this.run;
    return round > 1 ? `${contestant}, round ${round}` : contestant;
  }

  words() {
    const { waits, sentence, end, calls, calls_in_all } = this.run;
    const words = [];
    if (waits) words.push(element("p", { class: "waits" }, `waits ${waits}`));
    if (end?.fault) words.push(element("p", { class: "bad" }, end.fault));
    words.push(element("p", {}, sentence));
    const missing = [...(end?.missing ?? [])];
    if (end && calls.length < calls_in_all) missing.push(`${calls_in_all - calls.length} of ${counted(calls_in_all, "call")} never reached the downstream`);
    if (missing.length > 0) words.push(element("p", { class: "missing" }, `Not in this picture: ${missing.join("; ")}`));
    return words;
  }

  addTree(kind) {
    const lanes = this.lanes[kind];
    const caption = element("p", { class: "lanes-of" }, counted(lanes.length, kind.slice(0, -1)));
    const tree = element("div", { class: "tree", role: "tree", "aria-label": `${kind} of ${this.title()}`, onkeydown: (event) => this.key(event) });
    for (const row of fold(lanes)) tree.append(this.node(row, 1));
    tree.firstChild?.setAttribute("tabindex", "0");
    this.figure.append(caption, ...(lanes.length > 0 ? [tree] : []));
  }

  /** The element of a row; a row of several lanes can be opened. */
  node(row, level) {
    const isGroup = row.lanes.length > 1;
    row.level = level;
    row.drawing = drawn("svg", { class: "drawing", "aria-hidden": "true", preserveAspectRatio: "none" });
    const isUnanswered = !isGroup && row.lanes[0].isAnswered === false;
    const sign = isGroup ? "▸ " : isUnanswered ? "✗ " : "";
    row.node = element(
      "div",
      { class: isGroup ? "row group" : "row", role: "treeitem", tabindex: "-1", "aria-level": level, "aria-label": this.spoken(row), "data-lanes": row.lanes.length, onfocus: () => this.replay.tell(this.spoken(row)) },
      element("span", { class: "label" }, element("span", { class: "sign" }, sign), row.label),
      row.drawing,
    );
    if (isGroup) row.node.setAttribute("aria-expanded", "false");
    row.node.row = row;
    this.rows.push(row);
    return row.node;
  }

  /** What the lanes of a row did in all, in words. */
  spoken(row) {
    const spent = new Map();
    for (const { name, from, until } of row.lanes.flatMap((lane) => lane.spans)) {
      spent.set(name, (spent.get(name) ?? 0) + until - from);
    }
    const states = [...spent].map(([name, us]) => `${name} ${time(us)}`).join(", ");
    const [lane] = row.lanes;
    if (row.lanes.length > 1) return `${row.label}, added up: ${states}; Enter opens it`;
    const end = lane.isAnswered === false ? "; not answered" : "";
    const stops = (lane.stops ?? []).map(({ name, from }) => `; at ${time(from)} ${name}`).join("");
    return `${row.label}${lane.more ? ` (${lane.more})` : ""}: ${states}${end}${stops}`;
  }

  /** Opens or closes a row of several lanes. */
  toggle(row) {
    if (row.lanes.length < 2) return;
    row.opened ? this.close(row) : this.open(row);
    row.node.setAttribute("aria-expanded", String(Boolean(row.opened)));
    row.node.querySelector(".sign").textContent = row.opened ? "▾ " : "▸ ";
  }

  open(row) {
    row.opened = fold(row.lanes);
    row.node.after(...row.opened.map((inner) => this.node(inner, row.level + 1)));
    this.replay.drawRows(this, row.opened);
  }

  close(row) {
    for (const inner of row.opened) {
      if (inner.opened) this.close(inner);
      inner.node.remove();
    }
    this.rows = this.rows.filter((other) => !row.opened.includes(other));
    row.opened = null;
  }

  /** Up and down move the focus, Enter opens. Left and right are the replay's. */
  key(event) {
    const { row } = event.target;
    if (!row) return;
    const next = { ArrowDown: row.node.nextSibling, ArrowUp: row.node.previousSibling, Home: row.node.parentNode.firstChild, End: row.node.parentNode.lastChild }[event.key];
    if (event.key === "Enter") this.toggle(row);
    else if (next) this.focus(row, next);
    else return;
    event.preventDefault();
  }

  focus(row, next) {
    for (const node of row.node.parentNode.querySelectorAll("[tabindex='0']")) node.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }

  clicked(event) {
    const row = event.target.closest(".row")?.row;
    if (row && event.target.closest(".label")) this.toggle(row);
    else if (this.moment(event) !== null) this.replay.seek(this.moment(event));
  }

  /** The moment under the pointer; nothing beside the drawings. */
  moment(event) {
    const { left, width } = this.axis.getBoundingClientRect();
    const share = (event.clientX - left) / width;
    const { from, until } = this.replay.view;
    return share < 0 || share > 1 ? null : from + share * (until - from);
  }

  pointed(event) {
    const row = event.target.closest(".row")?.row;
    const moment = this.moment(event);
    if (row) this.replay.tell(moment === null ? this.spoken(row) : this.pointedAt(row, moment));
  }

  pointedAt(row, moment) {
    const where = `${this.title()}, ${row.label}, at ${time(moment)}`;
    if (row.lanes.length > 1) return `${where}: ${new Census(row.lanes).at(moment).join(", ") || "nothing"}`;
    const span = row.lanes[0].spans.find(({ from, until }) => from <= moment && moment < until);
    if (!span) return `${where}: nothing`;
    const stop = row.lanes[0].stops?.find(({ from, until }) => from <= moment && moment < until);
    return `${where}: ${span.name}, from ${time(span.from)} to ${time(span.until)}${stop ? `; ${stop.name}` : ""}`;
  }

  draw(view) {
    this.drawRows(this.rows, view);
    this.drawAxis(view, this.axis.clientWidth);
  }

  drawRows(rows, view) {
    const width = this.axis.clientWidth;
    if (width === 0) return;
    for (const row of rows) drawRow(row.drawing, row, view, width, row.lanes.length > 1 ? GROUP_HEIGHT : LANE_HEIGHT);
  }

  drawAxis(view, width) {
    const { moments, apart } = ticks(view, Math.max(2, Math.floor(width / TICK_WIDTH)));
    const x = (at) => ((at - view.from) / (view.until - view.from)) * width;
    const label = (at) => drawn("text", { x: x(at), y: 17, "text-anchor": x(at) < 20 ? "start" : x(at) > width - 20 ? "end" : "middle" }, tickLabel(at, apart));
    const line = (at) => drawn("path", { d: `M${x(at)} 0v4` });
    this.axis.replaceChildren(drawn("path", { d: `M0 .5H${width}` }), ...moments.map(line), ...moments.map(label));
  }

  /** What comes after `now` is dimmed. */
  showNow(now, view) {
    const share = (now - view.from) / (view.until - view.from);
    this.figure.style.setProperty("--now", Math.min(1, Math.max(0, share)));
    const { end, until_us } = this.run;
    // What goes on at the last moment of a run under way is not over.
    const at = Math.min(now, end ? until_us : until_us - 1);
    const calls = [...this.census.calls.at(at), `${this.census.calls.over(at).toLocaleString("en")} over`];
    const threads = this.census.threads.at(at).map((words) => `thread${words.startsWith("1 ") ? "" : "s"}: ${words}`);
    const moment = end && now >= until_us ? `over after ${time(until_us)}` : time(at);
    this.atNow.textContent = `${moment} · calls: ${calls.join(", ")}${threads.length > 0 ? ` · ${threads.join(", ")}` : ""}`;
  }
}
