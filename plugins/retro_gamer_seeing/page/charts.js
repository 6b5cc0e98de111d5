// Pictures of numbers: small SVG, drawn for the width there is, so that text keeps its size on a phone.

/** Round numbers from about `low` to `high`. */
function ticks(low, high, count) {
  const rough = (high - low || 1) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const found = [];
  for (let tick = Math.ceil(low / step - 1e-9) * step; tick <= high + step * 1e-9; tick += step) found.push(Math.abs(tick) < step / 1e6 ? 0 : tick);
  return found;
}

const short = (value) => {
  const size = Math.abs(value);
  if (size >= 1e6) return `${+(value / 1e6).toFixed(2)}M`;
  if (size >= 1e4) return `${+(value / 1e3).toFixed(1)}k`;
  return `${+value.toFixed(size < 1 ? 3 : 1)}`;
};

/** From numbers to pixels. */
const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);
const pathOf = (points) => points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function bounds(values) {
  let low = Math.min(...values), high = Math.max(...values);
  if (low === high) { low -= 1; high += 1; }
  const room = (high - low) * 0.06;
  return [low - room, high + room];
}

const AXES = {
  seconds: { name: "minutes", of: (each) => (each.seconds === null || each.seconds === undefined ? null : each.seconds / 60), said: (each) => duration(each.seconds) },
  turns: { name: "turns", of: (each) => each.turns, said: (each) => `${exact(each.turns)} turns` },
  episode: { name: "episodes", of: (each) => each.episode, said: (each) => `${exact(each.episode)} episodes` },
};

/** The learning curve; `show(curve)` draws it again with newer numbers. */
class Curve {
  constructor(place) {
    this.axis = "seconds";
    this.chosen = null;
    this.axes = h("fieldset", {}, h("legend", {}, "Along the bottom:"), Object.entries(AXES).map(([axis, { name }]) =>
      h("label", {}, h("input", { type: "radio", name: "axis", value: axis, checked: axis === this.axis, on: { change: () => { this.axis = axis; this.draw(); } } }), ` ${name}`)));
    this.picture = h("div", { class: "chart", tabindex: 0, role: "slider", "aria-label": "Evaluations, one after the other",
      on: { keydown: (event) => this.key(event), pointermove: (event) => this.point(event), pointerdown: (event) => this.point(event),
        pointerleave: () => this.choose(null), blur: () => this.choose(null), focus: () => this.choose(this.chosen ?? this.last()) } });
    this.tip = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });
    this.legend = h("ul", { class: "legend" });
    this.rows = h("div");
    place.append(h("div", { class: "row" }, this.axes), this.picture, this.legend, this.rows);
    new ResizeObserver(() => this.draw()).observe(this.picture);
  }

  last() { return this.curve.evaluations.length - 1; }

  show(curve) {
    this.curve = curve;
    const timed = curve.evaluations.some((each) => each.seconds !== null) || curve.training.some((each) => each.seconds !== null);
    for (const input of this.axes.querySelectorAll("input")) input.disabled = input.value === "seconds" && !timed;
    if (!timed && this.axis === "seconds") this.axis = "turns";
    for (const input of this.axes.querySelectorAll("input")) input.checked = input.value === this.axis;
    const reached = `mean ${curve.measure}`, interval = curve.evaluations.some((each) => each.low !== null);
    this.rows.replaceChildren(folded("The same as a table",
      table("Evaluations: games without random keys", [
        { name: "turns", number: true, value: (each) => exact(each.turns) }, { name: "time", number: true, value: (each) => duration(each.seconds) },
        { name: "episodes", number: true, value: (each) => exact(each.episode) }, { name: reached, number: true, value: (each) => exact(each.mean) },
        ...(interval ? [{ name: "95 % interval", number: true, value: (each) => (each.low === null ? "–" : `${figure(each.low)} to ${figure(each.high)}`) }] : []),
        { name: "games", number: true, value: (each) => exact(each.games) }, { name: "", value: (each) => (each.best ? "★ best so far" : "") },
      ], curve.evaluations)));
    this.draw();
  }

  draw() {
    const width = this.picture.clientWidth, curve = this.curve;
    if (!width || !curve) return;
    const axis = AXES[this.axis], height = width < 480 ? 240 : 320;
    const own = curve.measure === "return"; // training is counted in the same unit
    const right = own || !curve.training.length ? 14 : 46, left = 52, top = 16, bottom = height - 34;
    const at = [...curve.evaluations, ...curve.training, ...curve.marks].map(axis.of).filter((value) => value !== null);
    const means = curve.evaluations.flatMap((each) => [each.mean, each.low ?? each.mean, each.high ?? each.mean]);
    const training = curve.training.map((each) => each.mean);
    const lines = [["random", curve.random, "random play"], ["reference", curve.reference, `reference (${curve.reference_name})`],
      ["prediction", curve.prediction?.value ?? null, "your prediction"]].filter(([, value]) => value !== null);
    const shown = [...means, ...(own ? training : []), ...(means.length ? [] : lines.map(([, value]) => value))];
    const most = Math.max(...shown, 0), above = lines.filter(([, value]) => value > 2.5 * most && means.length);
    shown.push(...lines.filter((line) => !above.includes(line)).map(([, value]) => value));
    if (!at.length || !(shown.length || training.length)) {
      this.picture.replaceChildren(h("p", { class: "soft" }, "There is nothing to draw yet: the first points come when some episodes have been played."));
      this.x = null;
      return;
    }
    const [low, high] = bounds(shown.length ? shown : training), [least, largest] = bounds(training.length ? training : [0, 1]);
    const x = scale(0, Math.max(...at), left, width - right), y = scale(low, high, bottom, top), y2 = own ? y : scale(least, largest, bottom, top);
    const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": this.summary() });
    for (const tick of ticks(low, high, 5)) svg.append(s("line", { class: "grid-line", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }), s("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, short(tick)));
    for (const tick of ticks(0, Math.max(...at), width < 480 ? 4 : 8)) svg.append(s("text", { x: x(tick), y: bottom + 18, "text-anchor": "middle" }, short(tick)));
    svg.append(s("text", { x: width - right, y: bottom + 31, "text-anchor": "end" }, `${axis.name} of training`), s("text", { x: 2, y: 10 }, `mean ${curve.measure}`));
    if (right > 40) {
      for (const tick of ticks(least, largest, 4)) svg.append(s("text", { x: width - right + 6, y: y2(tick) + 4 }, short(tick)));
      svg.append(s("text", { x: width, y: 10, "text-anchor": "end" }, "return while training"));
    }
    const line = curve.training.filter((each) => axis.of(each) !== null).map((each) => [x(axis.of(each)), y2(each.mean)]);
    if (line.length) svg.append(s("path", { class: "line-training", d: pathOf(line) }));
    for (const [kind, value, name] of lines) {
      const out = above.some(([each]) => each === kind), place = out ? top + 2 : y(value);
      if (!out) svg.append(s("line", { class: `line-${kind}`, x1: left, x2: width - right, y1: place, y2: place }));
      svg.append(s("text", { class: `t-${kind}`, x: left + 6, y: out ? place + 12 : place - 5 }, `${out ? "↑ above this picture: " : ""}${name} ${figure(value)}`));
    }
    for (const mark of curve.marks) {
      const place = axis.of(mark);
      if (place === null || place === undefined) continue;
      const alarm = mark.kind === "alarm";
      svg.append(s("line", { class: "grid-line", x1: x(place), x2: x(place), y1: top, y2: bottom }),
        s("text", { class: alarm ? "t-alarm" : "", x: x(place), y: bottom - 4, "text-anchor": "middle" }, alarm ? "▲" : "↻", s("title", {}, mark.text)));
    }
    this.points = curve.evaluations.map((each) => (axis.of(each) === null ? null : [x(axis.of(each)), y(each.mean)]));
    svg.append(s("path", { class: "line-evaluations", d: pathOf(this.points.filter(Boolean)) }));
    curve.evaluations.forEach((each, index) => {
      const point = this.points[index];
      if (!point) return;
      if (each.low !== null && each.high !== null) svg.append(s("path", { class: "interval", fill: "none", d: `M${point[0] - 4} ${y(each.high)}h8m-4 0V${y(each.low)}m-4 0h8` }));
      svg.append(s("circle", { class: "point", "data-index": index, cx: point[0], cy: point[1], r: curve.evaluations.length > 60 ? 2.5 : 4 }));
    });
    const best = curve.evaluations.findLastIndex((each) => each.best);
    if (best >= 0 && this.points[best]) svg.append(s("text", { class: "t-best", x: this.points[best][0], y: this.points[best][1] - 10, "text-anchor": "middle" }, "★"));
    this.picture.replaceChildren(svg, this.tip);
    this.describe(lines, own);
    this.choose(this.chosen);
  }

  summary() {
    const { evaluations, measure, random } = this.curve;
    if (!evaluations.length) return "No evaluations yet.";
    const first = evaluations[0], last = evaluations.at(-1);
    return `${evaluations.length} evaluations. Mean ${measure} from ${figure(first.mean)} to ${figure(last.mean)}${random === null ? "" : `; random play ${figure(random)}`}.`;
  }

  describe(lines, own) {
    const sample = (kind) => s("svg", { viewBox: "0 0 32 12", "aria-hidden": "true" }, s("path", { class: `line-${kind}`, d: "M0 6H32" }));
    const items = [[sample("evaluations"), "evaluations, without random keys (★ the best)"], [sample("training"), own ? "return while training, random keys included" : "return while training (right scale), random keys included"],
      ...lines.map(([kind, , name]) => [sample(kind), name])];
    if (this.curve.evaluations.some((each) => each.low !== null)) items.push([s("svg", { viewBox: "0 0 32 12", "aria-hidden": "true" }, s("path", { class: "interval", d: "M12 0h8m-4 0V12m-4 0h8" })), "where the mean of very many games probably lies (95 %)"]);
    if (this.curve.marks.some((mark) => mark.kind === "alarm")) items.push(["▲ ", "an alarm"]);
    if (this.curve.marks.some((mark) => mark.kind === "resume")) items.push(["↻ ", "training went on"]);
    this.legend.replaceChildren(...items.map((item) => h("li", {}, item)));
  }

  point(event) {
    if (!this.points?.length) return;
    const place = event.clientX - this.picture.getBoundingClientRect().left;
    let nearest = null;
    this.points.forEach((point, index) => { if (point && (nearest === null || Math.abs(point[0] - place) < Math.abs(this.points[nearest][0] - place))) nearest = index; });
    this.choose(nearest);
  }

  key(event) {
    const last = this.last(), now = this.chosen ?? last;
    const to = { ArrowRight: now + 1, ArrowUp: now + 1, ArrowLeft: now - 1, ArrowDown: now - 1, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.choose(Math.max(0, Math.min(last, to)));
  }

  choose(index) {
    const each = index === null || index === undefined ? null : this.curve?.evaluations[index];
    this.chosen = each ? index : null;
    for (const circle of this.picture.querySelectorAll(".point")) circle.classList.toggle("now", Number(circle.dataset.index) === this.chosen);
    fill(this.picture, { "aria-valuemin": 0, "aria-valuemax": Math.max(0, this.last()), "aria-valuenow": index ?? Math.max(0, this.last()) }, []);
    const point = each && this.points?.[index];
    this.tip.hidden = !point;
    const said = each ? this.words(each) : "none chosen; use the arrow keys";
    this.picture.setAttribute("aria-valuetext", said);
    if (!point) return;
    this.tip.textContent = said;
    const room = this.picture.clientWidth - 250;
    this.tip.style.left = `${Math.max(0, Math.min(point[0] + 12, room))}px`;
    this.tip.style.top = `${Math.max(0, point[1] - 70)}px`;
  }

  words(each) {
    const interval = each.low === null ? "" : ` (95 %: ${figure(each.low)} to ${figure(each.high)})`;
    const when = each.seconds === null ? "" : ` (${duration(each.seconds)})`;
    return `After ${exact(each.turns)} turns, ${exact(each.episode)} episodes${when}: mean ${this.curve.measure} ${exact(each.mean)}${interval} in ${each.games} games${each.best ? ", the best so far" : ""}`;
  }
}

/** A small line over the turns of a training: how much of something there was. */
function smallLine(title, rows, of) {
  const points = rows.filter((row) => of(row) !== null);
  if (points.length < 2) return null;
  const [low, high] = bounds(points.map(of)), width = 320, height = 110;
  const x = scale(points[0].turns, points.at(-1).turns, 40, width - 8), y = scale(low, high, height - 20, 14);
  const label = `${title}: from ${figure(of(points[0]))} to ${figure(of(points.at(-1)))}`;
  return h("figure", { class: "chart", style: { margin: "0", "max-width": "26rem" } }, h("figcaption", { class: "small" }, label),
    s("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label },
      ticks(low, high, 3).map((tick) => [s("line", { class: "grid-line", x1: 40, x2: width - 8, y1: y(tick), y2: y(tick) }), s("text", { x: 34, y: y(tick) + 4, "text-anchor": "end" }, short(tick))]),
      s("path", { class: "line-evaluations", d: pathOf(points.map((row) => [x(row.turns), y(of(row))])) })));
}
