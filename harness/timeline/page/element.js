"use strict";

// Elements and words. Whatever is from outside the page becomes text or an attribute, and never markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, with functions for events (`onclick`), and with children, of which strings are text. */
function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for a drawing. */
function drawn(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

let ids = 0;

/** A section that is named by its heading. */
function section(level, heading, ...children) {
  const id = `heading-${++ids}`;
  const title = element(`h${level}`, { id }, heading);
  return element("section", { "aria-labelledby": id }, title, ...children);
}

/** Microseconds, as people read them. */
function time(us) {
  if (us < 1_000) return `${Math.round(us)} µs`;
  if (us < 999_500) return `${(us / 1_000).toFixed(us < 100_000 ? 1 : 0)} ms`;
  return `${(us / 1_000_000).toFixed(3)} s`;
}

function counted(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
