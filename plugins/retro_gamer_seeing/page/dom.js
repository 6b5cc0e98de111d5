"use strict";
// Elements are made here, and nowhere from text: what games and students name things is never markup.

/** An element. Attributes: `class`, `on` (listeners by event), `style` (custom properties), properties, attributes. */
function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, heard] of Object.entries(value)) element.addEventListener(event, heard);
    else if (name === "style") for (const [property, to] of Object.entries(value)) element.style.setProperty(property, to);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const byId = (id) => document.getElementById(id);

/** A number for people: one decimal, none where it is long or whole. The file's own number is in the tables. */
function figure(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const digits = Number.isInteger(value) || Math.abs(value) >= 10000 ? 0 : Math.abs(value) < 0.1 && value !== 0 ? 3 : 1;
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const exact = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en", { maximumFractionDigits: 6 }));
const signed = (value) => (value > 0 ? "+" : "") + figure(value);

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const whole = Math.round(seconds), minutes = Math.floor(whole / 60);
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
  return minutes ? `${minutes} min ${String(whole % 60).padStart(2, "0")} s` : `${whole} s`;
}

const ARROWS = { KEY_LEFT: "← left", KEY_RIGHT: "→ right", KEY_UP: "↑ up", KEY_DOWN: "↓ down", KEY_ENTER: "⏎ enter", " ": "␣ space", "": "· nothing" };
/** The key of an action as people call it; "" presses nothing. */
const keyName = (key) => ARROWS[key] ?? key.replace(/^KEY_/, "").toLowerCase();
const keySign = (key) => (ARROWS[key] ?? keyName(key)).split(" ")[0];

const classOf = ({ number, keep }) => (number ? "number" : keep ? "keep" : null);

/** A table. Columns: `{name, value(row), number, keep}`; `keep` keeps a cell in one line. */
function table(caption, columns, rows) {
  const cells = (row) => columns.map((column) => h("td", { class: classOf(column) }, column.value(row)));
  return h("div", { class: columns.filter((column) => !column.number).length > 2 ? "table broad" : "table", tabindex: 0, role: "region", "aria-label": caption },
    h("table", {}, h("caption", {}, caption),
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: classOf(column) }, column.name)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, cells(row))))));
}

/** Takes a step so many times a second; `shown` hears whether it runs. */
class Timer {
  constructor(step, perSecond, shown) { Object.assign(this, { step, perSecond, shown, waiting: null }); }

  get runs() { return this.waiting !== null; }

  start() { this.shown(true); this.wait(); }

  wait() { this.waiting = setTimeout(() => { this.step(); if (this.runs) this.wait(); }, 1000 / this.perSecond()); }

  stop() { clearTimeout(this.waiting); this.waiting = null; this.shown(false); }
}

const folded = (summary, ...children) => h("details", {}, h("summary", {}, summary), ...children);

const TYPES = { uint8: Uint8Array, uint16: Uint16Array, float32: Float32Array };
const unpackedBefore = new WeakMap();

/** The array in what Python packed (see `page_data.packed`), as a promise; unpacked once. */
function unpack(packed) {
  if (!packed) return Promise.resolve(null);
  if (!unpackedBefore.has(packed)) unpackedBefore.set(packed, unpackNow(packed));
  return unpackedBefore.get(packed);
}

async function unpackNow(packed) {
  const bytes = Uint8Array.from(atob(packed.data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new TYPES[packed.dtype](await new Response(stream).arrayBuffer());
}

/** Light, dark, or as the computer says; remembered where the browser lets a page remember. */
function theme() {
  const select = byId("theme"), dark = matchMedia("(prefers-color-scheme: dark)");
  const remember = (value) => { try { if (value === undefined) return localStorage.getItem("retro-gamer-theme") ?? ""; localStorage.setItem("retro-gamer-theme", value); } catch { /* a file, or forbidden */ } return ""; };
  const apply = () => { document.documentElement.dataset.theme = select.value || (dark.matches ? "dark" : "light"); };
  select.value = remember();
  select.addEventListener("change", () => { remember(select.value); apply(); });
  dark.addEventListener("change", apply);
  apply();
}
