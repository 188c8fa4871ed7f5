// Rows as drawings: a path for each look. Lengths are in pixels, so that patterns keep their size in any zoom.

/** A single lane tells its states apart by where the bar begins and ends, as parts of the row's height, and by pattern. */
const SHAPES = {
  connecting: [0.2, 0.8],
  waiting: [0.38, 0.62],
  receiving: [0.2, 0.8],
  ready: [0.05, 0.95],
  computing: [0, 1],
  runs: [0, 1],
  queued: [0.1, 0.9],
  asleep: [0.38, 0.62],
  blocks: [0, 0.34],
};

/** The width of a column of a folded row, in pixels. */
const COLUMN = 2;

/** Draws the row into its drawing, for this view of time. */
function drawRow(drawing, row, view, width, height) {
  const paths = row.lanes.length === 1 ? lanePaths(row.lanes[0], view, width, height) : density(row, view, width, height);
  drawing.replaceChildren(
    ...[...paths].map(([look, path]) => drawn("path", { class: `look ${look}`, d: path })),
  );
  drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
}

/** Each span is a rectangle, at least a pixel wide: short states must not vanish. */
function lanePaths(lane, view, width, height) {
  const paths = new Map();
  const drawnUntil = {};
  const scale = width / (view.until - view.from);
  for (const { look, from, until } of [...lane.spans, ...(lane.stops ?? [])]) {
    if (until < view.from || from > view.until) continue;
    const left = Math.max(0, (from - view.from) * scale);
    const right = Math.min(width, Math.max((until - view.from) * scale, left + 1));
    // What would be drawn on the same pixel again is left out.
    if (right <= drawnUntil[look]) continue;
    drawnUntil[look] = right;
    const [top, bottom] = SHAPES[look].map((part) => part * height);
    paths.set(look, (paths.get(look) ?? "") + rectangle(left, top, right, bottom));
  }
  return paths;
}

/** Many lanes: in each column, what share of them is in which state, one above the other. */
function density(row, view, width, height) {
  const columns = Math.max(1, Math.floor(width / COLUMN));
  const paths = new Map();
  const filled = new Float64Array(columns);
  for (const [look, shares] of shareOfLooks(row.lanes, view, columns)) {
    let path = "";
    for (let column = 0; column < columns; column++) {
      if (shares[column] < 0.001) continue;
      const bottom = height * (1 - filled[column]);
      filled[column] = Math.min(1, filled[column] + shares[column]);
      path += rectangle(column * COLUMN, height * (1 - filled[column]), (column + 1) * COLUMN, bottom);
    }
    if (path) paths.set(look, path);
  }
  return paths;
}

/**
 * For each look and column, the share of all lanes and of the column's time. A span adds to its first and its last column; for
 * those between, a sum that runs from column to column is raised at the first and lowered at the last.
 */
function shareOfLooks(lanes, view, columns) {
  const looks = new Map([...CALL_LOOKS, ...THREAD_LOOKS].map((look) => [look, null]));
  const scale = columns / (view.until - view.from);
  for (const { spans } of lanes) {
    for (const { look, from, until } of spans) {
      const [begin, end] = [Math.max(0, (from - view.from) * scale), Math.min(columns, (until - view.from) * scale)];
      if (end <= begin) continue;
      if (!looks.get(look)) looks.set(look, { own: new Float64Array(columns + 1), step: new Float64Array(columns + 2) });
      addSpan(looks.get(look), begin, end);
    }
  }
  for (const [look, sums] of looks) {
    if (sums) looks.set(look, addedUp(sums, lanes.length, columns));
    else looks.delete(look);
  }
  return looks;
}

function addSpan({ own, step }, begin, end) {
  const [first, last] = [Math.floor(begin), Math.floor(end)];
  if (first === last) {
    own[first] += end - begin;
    return;
  }
  own[first] += first + 1 - begin;
  own[last] += end - last;
  step[first + 1] += 1;
  step[last] -= 1;
}

function addedUp({ own, step }, lanes, columns) {
  const shares = new Float64Array(columns);
  let between = 0;
  for (let column = 0; column < columns; column++) {
    between += step[column];
    shares[column] = (own[column] + between) / lanes;
  }
  return shares;
}

function rectangle(left, top, right, bottom) {
  const short = (length) => Number(length.toFixed(1));
  return `M${short(left)} ${short(top)}H${short(right)}V${short(bottom)}H${short(left)}Z`;
}

/** Moments for an axis with at most so many labels: 1, 2 or 5 times a power of ten apart. */
function ticks(view, most) {
  const least = (view.until - view.from) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const apart = power * ([1, 2, 5, 10].find((times) => times * power >= least) ?? 10);
  const moments = [];
  for (let at = Math.ceil(view.from / apart) * apart; at <= view.until; at += apart) moments.push(at);
  return { moments, apart };
}

/** A tick's label has as many digits as ticks need to differ. */
function tickLabel(at, apart) {
  if (at === 0) return "0";
  const [unit, name] = apart >= 100_000 ? [1_000_000, "s"] : apart >= 100 ? [1_000, "ms"] : [1, "µs"];
  const digits = Math.max(0, -Math.floor(Math.log10(apart / unit) + 1e-9));
  return `${(at / unit).toFixed(digits)} ${name}`;
}
