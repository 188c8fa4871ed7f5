// One clock for the runs of a section: play, pause, speed, scrub, steps from event to event, zoom.

const SPEEDS = [0.01, 0.1, 0.25, 0.5, 1, 2, 4];

/** What zooming in leaves of the view. */
const ZOOM = 0.5;

/** The shortest view, in microseconds. */
const LEAST_VIEW = 20;

const HELP = "Space plays and pauses; ← and → step from event to event; + and − zoom, 0 shows all, Shift with ← and → moves the view; in the lanes ↑ and ↓ move, Enter opens a folded row.";

class Replay {
  constructor({ heading, runs }) {
    this.speed = 1;
    this.playing = null;
    this.slider = element("input", { type: "range", min: 0, step: "any", "aria-label": "moment", oninput: () => this.scrubbed() });
    this.clock = element("output", { class: "clock" });
    this.details = element("p", { class: "details", role: "status" });
    this.playButton = element("button", { class: "play", type: "button", onclick: () => this.toggle() }, "▶ Play");
    this.list = element("div", { class: "runs" });
    this.tools = [this.controls(), legend(), element("p", { class: "help" }, HELP)];
    const [controls, looks, help] = this.tools;
    this.none = element("p", { class: "waits" }, "Each run appears here when it begins.");
    this.section = section(2, heading, controls, looks, this.none, this.list, help);
    this.section.classList.add("timelines");
    this.show(runs);
    new ResizeObserver(() => this.draw()).observe(this.list);
  }

  controls() {
    const button = (words, does, label) => element("button", { type: "button", onclick: does, "aria-label": label }, words);
    const speed = element("select", { "aria-label": "speed", onchange: (event) => (this.speed = Number(event.target.value)) });
    for (const times of SPEEDS) speed.append(element("option", { value: times }, `${times}×`));
    speed.value = "1";
    const buttons = element("div", { class: "buttons" },
      this.playButton,
      button("⇤", () => this.step(-1), "previous event"),
      button("⇥", () => this.step(1), "next event"),
      speed,
      button("+", () => this.zoom(ZOOM), "zoom in"),
      button("−", () => this.zoom(1 / ZOOM), "zoom out"),
      button("All", () => this.showAll(), "show the whole time"),
      this.clock,
    );
    return element("div", { class: "controls", role: "group", "aria-label": "replay" }, buttons, this.slider, this.details);
  }

  /** Shows these runs, from their start to their end. */
  show(runs) {
    this.pictures = runs.map((run) => new RunPicture(run, this));
    this.list.replaceChildren(...this.pictures.map((picture) => picture.section));
    this.measure();
    this.showAll();
    this.tell("");
  }

  /** Shows one run anew, or a further one. */
  update(index, run) {
    const picture = new RunPicture(run, this);
    if (index < this.pictures.length) this.pictures[index].section.replaceWith(picture.section);
    else this.list.append(picture.section);
    this.pictures[index] = picture;
    const wasAtEnd = this.now >= this.until;
    this.measure();
    if (wasAtEnd) this.showAll();
    else this.draw();
  }

  /** Without a run there is nothing to replay, and nothing to explain. */
  measure() {
    const isEmpty = this.pictures.length === 0;
    for (const tool of this.tools) tool.hidden = isEmpty;
    this.none.hidden = !isEmpty;
    this.until = Math.max(1, ...this.pictures.map((picture) => picture.run.until_us));
    this.events = null;
    this.slider.max = this.until;
  }

  showAll() {
    this.view = { from: 0, until: this.until };
    this.now ??= this.until;
    if (!this.playing) this.now = this.until;
    this.draw();
  }

  draw() {
    for (const picture of this.pictures) picture.draw(this.view);
    this.showNow();
  }

  drawRows(picture, rows) {
    picture.drawRows(rows, this.view);
  }

  showNow() {
    for (const picture of this.pictures) picture.showNow(this.now, this.view);
    this.slider.value = this.now;
    this.slider.setAttribute("aria-valuetext", time(this.now));
    this.clock.textContent = time(this.now);
  }

  tell(words) {
    this.details.textContent = words;
  }

  toggle() {
    this.playing ? this.pause() : this.play();
  }

  play() {
    if (this.now >= this.until) this.now = 0;
    let last = performance.now();
    const tick = (moment) => {
      const passed = Math.max(0, moment - last) * 1_000 * this.speed;
      last = moment;
      this.moveTo(this.now + passed);
      if (this.now >= this.until) this.pause();
      else this.playing = requestAnimationFrame(tick);
    };
    this.playing = requestAnimationFrame(tick);
    this.playButton.textContent = "Pause";
  }

  pause() {
    cancelAnimationFrame(this.playing);
    this.playing = null;
    this.playButton.textContent = "▶ Play";
  }

  /** Goes there and stays there. */
  seek(moment) {
    if (this.playing) this.pause();
    this.moveTo(moment);
  }

  scrubbed() {
    this.seek(Number(this.slider.value));
  }

  moveTo(moment) {
    this.now = Math.min(this.until, Math.max(0, moment));
    const { from, until } = this.view;
    if (this.now < from || this.now > until) this.viewFrom(this.now - (until - from) / 10);
    this.showNow();
  }

  /** To the next moment at which a call changes its state; says which call, and what it does from then on. */
  step(direction) {
    this.events ??= eventsOf(this.pictures);
    const after = this.events.findIndex(({ at }) => at > this.now);
    const next = direction > 0 ? after : this.events.findLastIndex(({ at }) => at < this.now);
    if (next < 0) return this.tell(direction > 0 ? "no event is later" : "no event is earlier");
    const { at } = this.events[next];
    this.seek(at);
    const same = this.events.filter((event) => event.at === at);
    const more = same.length > 1 ? `; ${same.length - 1} more at the same moment` : "";
    this.tell(`${time(at)}: ${same[0].words()}${more}`);
  }

  /** Around the moment of the replay, or around another. */
  zoom(factor, around = this.now) {
    const { from, until } = this.view;
    const length = Math.min(this.until, Math.max(LEAST_VIEW, (until - from) * factor));
    const share = Math.min(1, Math.max(0, (around - from) / (until - from)));
    this.view.until = this.view.from + length;
    this.viewFrom(around - share * length);
  }

  pan(direction) {
    this.viewFrom(this.view.from + (direction * (this.view.until - this.view.from)) / 4);
  }

  viewFrom(from) {
    const length = this.view.until - this.view.from;
    const begin = Math.min(this.until - length, Math.max(0, from));
    this.view = { from: begin, until: begin + length };
    this.draw();
  }

  /** What a key does, if it does anything here. */
  key(event) {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === " ") this.toggle();
    else if (direction) event.shiftKey ? this.pan(direction) : this.step(direction);
    else if (event.key === "+" || event.key === "=") this.zoom(ZOOM);
    else if (event.key === "-") this.zoom(1 / ZOOM);
    else if (event.key === "0") this.showAll();
    else return;
    event.preventDefault();
  }
}

/** Every change of a call's state, in order. */
function eventsOf(pictures) {
  const events = [];
  for (const picture of pictures) {
    for (const { label, spans } of picture.lanes.calls) {
      const event = (at, what) => events.push({ at, words: () => `${picture.title()}, ${label}: ${what}` });
      for (const { name, from } of spans) event(from, name);
      if (spans.length > 0) event(spans.at(-1).until, "over");
    }
  }
  return events.sort((one, other) => one.at - other.at);
}

/** What each look means, drawn as it is in a lane. */
function legend() {
  const names = { connecting: "connecting", waiting: "waiting", receiving: "receiving", ready: "answer lies ready", computing: "computing", runs: "thread runs", queued: "thread waits for a core", asleep: "thread sleeps", blocks: "thread keeps answers waiting" };
  const items = Object.entries(names).map(([look, name]) => {
    const lane = { spans: [{ look, from: 0, until: 1 }] };
    const drawing = drawn("svg", { class: "drawing", "aria-hidden": "true", width: 28, height: LANE_HEIGHT });
    drawRow(drawing, { lanes: [lane] }, { from: 0, until: 1 }, 28, LANE_HEIGHT);
    return element("li", {}, drawing, name);
  });
  return element("ul", { class: "legend", "aria-label": "what the lanes show" }, ...items);
}
