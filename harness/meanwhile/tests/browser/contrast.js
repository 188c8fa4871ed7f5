// WCAG 2.2, 1.4.3 and 1.4.11: 4.5 for words, 3 for what is drawn.
const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
const luminance = (colour) => {
  const [red, green, blue] = numbers(colour).slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const ratio = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const background = (node) => {
  for (let at = node; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (numbers(colour)[3] !== 0) return colour;
  }
  return "rgb(255, 255, 255)";
};
const faults = [];
const ask = (what, colour, on, least) => {
  const found = ratio(colour, on);
  if (!(found >= least)) faults.push(`${what}: ${colour} on ${on} is ${found.toFixed(2)}`);
};
let words = 0;
for (const node of document.querySelectorAll("main *")) {
  const isText = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
  if (!isText) continue;
  words++;
  const style = getComputedStyle(node);
  ask(node.textContent.slice(0, 30), node instanceof SVGElement ? style.fill : style.color, background(node), 4.5);
}
const paper = getComputedStyle(document.body).backgroundColor;
for (const shape of document.querySelectorAll("#patterns rect, .legend path:not([fill*=url])")) {
  const { fill } = getComputedStyle(shape);
  if (!fill.includes("url")) ask(shape.getAttribute("class"), fill, paper, 3);
}
for (const bar of document.querySelectorAll(".bar, .spread")) ask(bar.className, getComputedStyle(bar).backgroundColor, paper, 3);
for (const shape of document.querySelectorAll(".guesses")) ask("guesses", getComputedStyle(shape).fill, paper, 3);
for (const line of document.querySelectorAll(".measured")) ask("measured", getComputedStyle(line).stroke, paper, 3);
if (words < 30) faults.push(`only ${words} texts were looked at`);
return faults;
