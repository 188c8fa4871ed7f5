// A room predicts: the invitation on the projector, the form on each telephone, and the histograms afterwards.

/** The most columns of a histogram. */
const MOST_COLUMNS = 24;

/** The address in large letters, and the button that starts the race. */
function invitation({ heading, address, start }) {
  const answers = element("p", { id: "answers", role: "status" }, "no predictions yet");
  const said = element("p", { role: "status" });
  const button = element("button", { type: "button", onclick: () => ask(start, undefined, said, "the race starts") }, "Start the race");
  const whole = section(2, heading, element("p", { class: "address" }, address), answers, button, said);
  whole.id = "invitation";
  return whole;
}

/** A number for each contestant; in an order, those that tie have the same place. */
function ballot({ heading, contestants, unit, most, token }) {
  const isOrder = unit === "place";
  const inputs = contestants.map(() =>
    element("input", { type: "number", required: "", min: isOrder ? 1 : 0, max: most, step: isOrder ? 1 : "any", inputmode: "decimal" }),
  );
  const described = ({ name, waits }) => element("span", {}, name, waits ? element("small", { class: "waits" }, `waits ${waits}`) : "");
  const fields = contestants.map((contestant, index) => element("label", {}, described(contestant), inputs[index], unit === "place" ? "" : " s"));
  const said = element("p", { role: "status" });
  const send = element("button", {}, "Send");
  const submit = async (event) => {
    event.preventDefault();
    const values = inputs.map((input) => input.valueAsNumber);
    send.disabled = await ask("/predictions", { token, values }, said, "Thank you. Your prediction counts.");
  };
  return section(2, heading, element("form", { class: "ballot", onsubmit: submit }, ...fields, send, said));
}

/** Whether the server has taken it; says so, or what the server says. */
async function ask(address, body, said, thanks) {
  try {
    const answer = await fetch(address, { method: "POST", body: JSON.stringify(body) });
    said.textContent = answer.ok ? thanks : await answer.text();
    return answer.ok;
  } catch {
    said.textContent = "the race cannot be reached: is it still running?";
    return false;
  }
}

/** A histogram for each contestant on one axis, with a line where the measured value is. */
function predictions({ heading, unit, guesses }) {
  const all = guesses.flatMap(({ values, measured }) => [...values, measured ?? 0]);
  const most = Math.max(...all, unit === "place" ? guesses.length : 0) * 1.05 || 1;
  const columns = unit === "place" ? guesses.length : MOST_COLUMNS;
  const number = (value) => (unit === "place" ? `place ${value}` : `${value.toFixed(2)} s`);
  const rows = guesses.map(({ name, values, measured }) => {
    const words = [counted(values.length, "prediction")];
    if (values.length > 0) words.push(`median ${number(median(values))}`);
    words.push(measured === null ? "not measured" : `measured ${number(measured)}`);
    return element("li", {}, element("span", { class: "name" }, name), histogram(values, measured, most, columns, unit), element("span", { class: "value" }, words.join(", ")));
  });
  const axis = `From 0 to ${number(Number(most.toFixed(1)))}; the line is what was measured.`;
  return section(2, heading, element("p", {}, unit === "place" ? "Each place; the line is the measured one." : axis), element("ol", { class: "histograms" }, ...rows));
}

function histogram(values, measured, most, columns, unit) {
  const [width, height] = [400, 48];
  const counts = new Array(columns).fill(0);
  const column = (value) => (unit === "place" ? value - 1 : Math.floor((value / most) * columns));
  for (const value of values) counts[Math.min(columns - 1, column(value))]++;
  const highest = Math.max(1, ...counts);
  const x = (index) => (index * width) / columns;
  const bars = counts.map((count, index) => (count ? rectangle(x(index) + 1, height * (1 - count / highest), x(index + 1) - 1, height) : ""));
  const at = unit === "place" ? x(measured - 0.5) : (measured / most) * width;
  const line = measured === null ? [] : [drawn("path", { class: "measured", d: `M${at} 0V${height}` })];
  return drawn("svg", { class: "histogram", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, drawn("path", { class: "guesses", d: bars.join("") }), ...line);
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}
