// The lanes of a run as data: what each call and each thread did, and when.

/** More lanes than this are folded, */
const MOST_LANES = 40;

/** into at most so many rows. */
const MOST_ROWS = 20;

/** What the states of calls look like, in the order in which the program numbers them. */
const CALL_LOOKS = ["connecting", "waiting", "receiving", "ready", "computing"];

/** What the states of threads look like: any state after these two is sleep in some system call. */
const THREAD_LOOKS = ["runs", "queued", "asleep"];

/** The lanes of a run: `threads` and `calls`, each a list of `{ label, spans }`. */
function lanesOf(run) {
  const callState = (state) => ({ look: CALL_LOOKS[state], name: run.call_states[state] });
  const calls = run.calls.map(({ call, answered, spans }) => ({
    label: `call ${call}`,
    number: call,
    // A call that is under way has no answer yet.
    isAnswered: answered || !run.end,
    spans: spansOf(spans, callState),
  }));
  const threads = run.threads.map(({ name, process, thread, spans }) => ({
    // Threads often share a name: the system's number tells them apart, and stands in the pictures of a terminal, too.
    label: `${name || (thread === process ? "process" : "thread")} ${thread}`,
    kind: name,
    more: `thread ${thread} of process ${process}`,
    spans: spansOf(spans, (state) => threadState(run, state)),
    // Drawn over its spans: a thread that keeps answers waiting runs or sleeps meanwhile.
    stops: run.blocked.filter((stop) => stop.thread === thread).map(stopOf),
  }));
  return { threads, calls };
}

function stopOf({ from_us, until_us, why }) {
  return { look: "blocks", name: why, from: from_us, until: until_us };
}

function threadState(run, state) {
  if (state === 0) return { look: "runs", name: "runs" };
  if (state === 1) return { look: "queued", name: "waits for a core" };
  return { look: "asleep", name: `asleep in ${run.system_calls[state - 2]}` };
}

/** Spans are written as three numbers each: the state, how long after the last one it began, how long it lasted. */
function spansOf(numbers, stateOf) {
  const spans = [];
  let at = 0;
  for (let index = 0; index < numbers.length; index += 3) {
    const from = at + numbers[index + 1];
    at = from + numbers[index + 2];
    spans.push({ ...stateOf(numbers[index]), from, until: at });
  }
  return spans;
}

/** A row for each lane if they are few, or else groups of lanes that follow each other. */
function fold(lanes) {
  const inRow = Math.ceil(lanes.length / MOST_ROWS);
  if (lanes.length <= MOST_LANES) return lanes.map((lane) => ({ label: lane.label, lanes: [lane] }));
  const rows = [];
  for (let from = 0; from < lanes.length; from += inRow) {
    const group = lanes.slice(from, from + inRow);
    rows.push({ label: group.length === 1 ? group[0].label : groupLabel(group), lanes: group });
  }
  return rows;
}

function groupLabel(group) {
  const [first, last] = [group[0], group.at(-1)];
  if (first.number !== undefined) return `calls ${first.number}–${last.number}`;
  const names = first.kind && first.kind === last.kind ? first.kind : `${first.label} … ${last.label}`;
  return `${group.length} × ${names}`;
}

/** How many lanes are in which state at any moment, without a look at each of them. */
class Census {
  constructor(lanes) {
    this.states = new Map();
    for (const { spans } of lanes) {
      for (const { name, from, until } of spans) {
        if (!this.states.has(name)) this.states.set(name, { begun: [], over: [] });
        this.states.get(name).begun.push(from);
        this.states.get(name).over.push(until);
      }
    }
    for (const { begun, over } of this.states.values()) {
      begun.sort((one, other) => one - other);
      over.sort((one, other) => one - other);
    }
    this.ends = lanes.map((lane) => lane.spans.at(-1)?.until ?? 0).sort((one, other) => one - other);
  }

  /** `["3 waiting", …]`, without those that no lane is in. */
  at(moment) {
    const words = [];
    for (const [name, { begun, over }] of this.states) {
      const lanes = howMany(begun, moment) - howMany(over, moment);
      if (lanes > 0) words.push(`${lanes.toLocaleString("en")} ${name}`);
    }
    return words;
  }

  over(moment) {
    return howMany(this.ends, moment);
  }
}

/** How many of the sorted moments are not after this one. */
function howMany(moments, moment) {
  let [low, high] = [0, moments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (moments[middle] <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
