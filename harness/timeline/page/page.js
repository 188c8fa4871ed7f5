// The page from its data; and, while a race is on, what is new.

/** The replays of this page, and the one that keys belong to. */
let replays = [];
let current = null;

function show(page) {
  document.title = page.title;
  replays = [];
  const parts = page.sections.map(part);
  const lead = page.lead.map((text) => element("p", { class: "lead" }, text));
  document.getElementById("page").replaceChildren(element("h1", {}, page.title), ...lead, ...parts);
  current = replays[0] ?? null;
  for (const replay of replays) replay.draw();
}

function part(data) {
  if (data.kind === "words") return words(data);
  if (data.kind === "facts") return facts(data);
  if (data.kind === "bars") return bars(data);
  if (data.kind === "table") return table(data);
  if (data.kind === "invitation") return invitation(data);
  if (data.kind === "ballot") return ballot(data);
  if (data.kind === "predictions") return predictions(data);
  const replay = new Replay(data);
  replays.push(replay);
  for (const event of ["focusin", "pointerdown"]) replay.section.addEventListener(event, () => (current = replay));
  return replay.section;
}

/** Keys belong to the replay that was used last; what a button, a list or a text box does with a key comes first. */
document.addEventListener("keydown", (event) => {
  const isOwn = event.target.closest("button, select, textarea, input:not([type=range])");
  const slides = event.target.matches?.("input[type=range]") && event.key.startsWith("Arrow");
  const isZoomOfBrowser = event.ctrlKey || event.metaKey || event.altKey;
  if (current && !isZoomOfBrowser && !event.defaultPrevented && !slides && !(isOwn && [" ", "Enter"].includes(event.key))) {
    if (!event.target.closest("select, textarea, input:not([type=range])")) current.key(event);
  }
});

/** While a race runs, its server says what is new: each run as far as it is known, and at the end the whole page. */
function listen(address) {
  const source = new EventSource(address);
  const on = (name, does) => source.addEventListener(name, (event) => does(JSON.parse(event.data)));
  on("run", ({ section, index, run }) => replays[section].update(index, run));
  on("answers", (answers) => (document.getElementById("answers").textContent = counted(answers, "prediction")));
  on("closed", () => document.getElementById("invitation")?.remove());
  on("over", (whole) => {
    source.close();
    show(whole);
  });
}

const page = JSON.parse(document.getElementById("data").textContent);
show(page);
if (page.source) listen(page.source);
