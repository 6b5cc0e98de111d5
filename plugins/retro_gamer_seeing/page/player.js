// Recorded games: a board of text cells, a player with a slider, and several small boards side by side.

/** A board of text cells. A cell is a square, whatever the width of its character. */
class Board {
  constructor({ height, width, palette, ground }, kind = "") {
    this.palette = palette;
    this.shown = new Int32Array(height * width).fill(-1);
    this.cells = Array.from({ length: height * width }, () => h("span"));
    this.grid = h("div", { class: `board ${kind}`, role: "img", style: { "--w": width, "--h": height } }, this.cells);
    if (ground) this.grid.style.backgroundColor = ground;
    this.element = h("div", { class: "fit" }, this.grid);
  }

  /** Draw codes of the palette; `unseen` are those to mark, `mattered` are cells by number, with their share. */
  draw(codes, { unseen = null, mattered = null } = {}) {
    this.cells.forEach((cell, index) => {
      const code = codes[index];
      if (code !== this.shown[index]) {
        const [text, ink, ground, wide] = this.palette[code] ?? ["?", "", null, 1];
        cell.textContent = text === " " ? "" : text;
        cell.style.color = ink || "";
        cell.style.backgroundColor = ground || "";
        cell.className = wide === 2 ? "wide" : "";
        this.shown[index] = code;
      }
      cell.classList.toggle("unseen", Boolean(unseen?.has(code)));
      cell.classList.toggle("mattered", Boolean(mattered?.has(index)));
      cell.classList.toggle("most", mattered?.get(index) === 1);
    });
  }

  says(text) { this.grid.setAttribute("aria-label", text); }

  lines(codes) {
    const width = Number(this.grid.style.getPropertyValue("--w"));
    const letters = Array.from(codes, (code) => (code ? (this.palette[code] ?? ["?"])[0] : " "));
    return Array.from({ length: letters.length / width }, (_, row) => letters.slice(row * width, (row + 1) * width).join("")).join("\n");
  }
}

/** The palette of what an encoder sees: its characters, and the edge of the board. */
function seenPalette(view) {
  return [[" ", "", null, 1], ...view.characters.map((character) => [character, "", null, 1]), ...(view.outside ? [["", "", "#47525c", 1]] : [])];
}

/** The turns whose reward is worth a mark: not the one that most turns give, and at most so many, the largest. */
function remarkable(rewards, most) {
  const counts = new Map();
  for (const reward of rewards) counts.set(reward, (counts.get(reward) ?? 0) + 1);
  const usual = [...counts].reduce((one, other) => (other[1] > one[1] ? other : one), [0, 0])[0];
  const turns = [...rewards.keys()].filter((turn) => rewards[turn] && rewards[turn] !== usual);
  return turns.sort((one, other) => Math.abs(rewards[other]) - Math.abs(rewards[one])).slice(0, most);
}

/** The one game that is looked at. */
class Player {
  constructor(place) {
    this.turn = 0; this.games = [];
    this.timer = new Timer(() => this.go(this.turn + 1), () => Number(this.speed.value), (runs) => {
      this.playButton?.replaceChildren(runs ? "❚❚" : "▶"); this.playButton?.setAttribute("aria-label", runs ? "Pause" : "Play");
    });
    this.select = h("select", { id: "which-game", on: { change: () => this.open(this.select.value) } });
    this.note = h("div");
    this.area = h("div");
    place.append(h("p", { class: "row" }, h("label", { for: "which-game" }, "Which game"), this.select), this.note, this.area);
  }

  /** Show these games; the one that is looked at stays. */
  show(games, range) {
    this.range = range;
    const before = this.game, followed = this.games.length && before && this.games.at(-1).id === before.id && this.turn === 0;
    this.games = games;
    this.select.replaceChildren(...games.map((game) => h("option", { value: game.id }, title(game))));
    const same = games.find((game) => game.id === before?.id);
    const chosen = followed || !same ? games.at(-1) : same;
    this.select.value = chosen.id;
    if (!same || chosen.id !== before.id || !this.board && chosen.board) this.open(chosen.id);
    else if (chosen !== before) { this.game = chosen; this.listMoments(); this.drawValues(); this.draw(); }
  }

  async open(id, turn = 0) {
    this.timer.stop();
    const game = this.games.find((each) => each.id === id);
    this.game = game; this.select.value = id; this.turn = Math.min(turn, game.turns); this.board = null;
    this.n = game.keys.length;
    const [values, cells, seen, numbers] = await Promise.all([unpack(game.values), unpack(game.board?.cells), unpack(game.view?.cells), unpack(game.view?.numbers)]);
    if (this.game.id !== id) return; // another was chosen meanwhile
    Object.assign(this, { values, cells, seen, numbers });
    this.note.replaceChildren(...[game.problem, game.view_problem].filter(Boolean).map((text) => h("p", { class: "note" }, text)),
      ...(game.pending ? [h("p", { class: "soft" }, "This game is being played again; its boards come in a moment.")] : []));
    this.build();
    this.draw();
  }

  build() {
    const { game } = this, button = (text, name, does, key) => h("button", { type: "button", "aria-label": name, title: `${name} (${key})`, on: { click: does } }, text);
    this.board = game.board && new Board(game.board);
    this.sees = game.view?.cells && new Board({ ...game.view, palette: seenPalette(game.view) }, "seen");
    this.slider = h("input", { type: "range", id: "turn", min: 0, max: game.turns, step: 1, value: this.turn, "aria-label": "Turn", on: { input: () => this.go(Number(this.slider.value)) } });
    this.playButton = button("▶", "Play", () => this.toggle(), "space");
    this.speed = h("select", { "aria-label": "Turns a second" }, [2, 6, 12, 30, 60].map((turns) => h("option", { value: turns, selected: turns === 12 }, `${turns} turns/s`)));
    this.evalFill = h("div", { class: "eval-fill" }); this.evalZero = h("div", { class: "eval-zero" });
    this.evalText = h("div", {}); this.evalBar = h("div", { class: "eval" }, h("span", {}, figure(this.range[1])), h("div", { class: "eval-track", title: "the value of the best key" }, this.evalFill, this.evalZero), h("span", {}, figure(this.range[0])));
    this.nowText = h("p", { class: "now", id: "now" });
    this.bars = game.keys.map((key) => {
      const bar = h("i"), zero = h("b"), chosen = h("span", { class: "mark" }), number = h("span", { class: "number" }), name = h("span", { class: "name" }, keyName(key));
      return { bar, chosen, number, name, track: h("div", { class: "bar" }, bar, zero), zero };
    });
    const keys = h("div", { class: "keys" }, this.bars.map((each) => [each.chosen, each.name, each.track, each.number]));
    this.marks = h("input", { type: "checkbox", checked: true, on: { change: () => this.draw() } });
    const unseen = game.unseen.map((code) => game.board.palette[code][0]);
    this.valuePicture = h("div", { class: "chart value-chart", "aria-hidden": "true", on: { pointerdown: (event) => this.pick(event) } });
    this.asText = h("pre", { class: "mono" });
    const sees = game.view && h("div", {}, h("h3", {}, "What it sees"), this.sees?.element,
      !this.sees && h("p", { class: "soft" }, "It sees no board, only the numbers below."),
      this.sees && game.view.width > game.board.width && h("p", { class: "small" }, "The board moved so that the player is in the middle; grey cells mark the edge of the board."),
      game.view.features.length > 0 && h("div", {}, (this.featureRows = h("div", { class: "small mono" }))));
    this.momentList = h("div");
    this.area.replaceChildren(h("div", { class: "player", on: { keydown: (event) => this.key(event) } },
      h("div", {}, this.board ? h("div", { class: "stage" }, this.evalBar, this.board.element) : h("p", { class: "soft" }, game.pending ? "" : "There is no board to show."),
        sees, unseen.length > 0 && h("p", { class: "small" }, h("label", {}, this.marks, ` mark what is thrown away: ${unseen.join(" ")} `), unseen.length === 1 ? "is an empty cell to it." : "are empty cells to it.")),
      h("div", {}, this.nowText, h("h3", {}, "How good each key looked"), keys,
        h("p", { class: "small" }, `The value of a key: the rewards it expects from here on. Bars have one scale in the whole run, ${figure(this.range[0])} to ${figure(this.range[1])}; the line is 0. ▶ marks the key that was pressed${game.random.length ? ", ⚄ one that was drawn at random" : ""}.`)),
      h("div", { class: "controls" }, h("div", { class: "row" }, button("⇤", "To the beginning", () => this.go(0), "Home"), button("‹", "One turn back", () => this.go(this.turn - 1), "←"), this.playButton,
        button("›", "One turn on", () => this.go(this.turn + 1), "→"), button("⇥", "To the end", () => this.go(game.turns), "End"), this.speed), this.slider, this.valuePicture,
        h("p", { class: "small" }, "The line is the value of the best key in each turn; click it to go there. ▲ an unusual reward, ▼ a punishment, numbers are the moments below. Keys: ", h("kbd", {}, "space"), " play, ", h("kbd", {}, "←"), " ", h("kbd", {}, "→"), " a turn, ", h("kbd", {}, "Home"), " ", h("kbd", {}, "End"), ", ", h("kbd", {}, "m"), " next moment."),
        folded("The board as text", this.asText), this.momentList)));
    this.asText.parentElement.addEventListener("toggle", () => this.draw());
    this.observer?.disconnect();
    this.observer = new ResizeObserver(() => this.drawValues());
    this.observer.observe(this.valuePicture);
    this.listMoments();
  }

  listMoments() {
    const { moments } = this.game;
    if (!moments.length) { this.momentList.replaceChildren(h("p", { class: "soft" }, "No moments that decided were found in this game.")); return; }
    this.momentText = h("div");
    this.momentButtons = moments.map((moment, index) => h("button", { type: "button", on: { click: () => this.go(moment.turn) } }, `${index + 1} · turn ${moment.turn}: ${moment.title}`));
    this.momentList.replaceChildren(h("h3", {}, "The moments that decided"), h("ul", { class: "moments" }, this.momentButtons.map((each) => h("li", {}, each))), this.momentText);
    this.shownMoment = undefined;
  }

  /** The words and the futures of the moment that is looked at. */
  tellMoment() {
    const { moments } = this.game;
    const moment = moments.find((each) => each.turn === this.turn);
    this.momentButtons?.forEach((button, index) => button.setAttribute("aria-current", String(moments[index] === moment)));
    if (!this.momentText || this.shownMoment === moment) return moment;
    this.shownMoment = moment;
    this.momentText.replaceChildren(...(moment ? [h("div", { class: "moment" }, h("p", {}, moment.text), moment.danger && h("p", { class: "note" }, moment.danger), futuresTable(moment), matteredText(moment))] : []));
    return moment;
  }

  go(turn) {
    this.turn = Math.max(0, Math.min(this.game.turns, turn));
    if (this.turn >= this.game.turns) this.timer.stop();
    this.draw();
  }

  toggle() {
    if (this.timer.runs) { this.timer.stop(); return; }
    if (this.turn >= this.game.turns) this.turn = 0;
    this.timer.start();
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.tagName === "SELECT") return;
    const onButton = event.target.tagName === "BUTTON" || event.target.tagName === "SUMMARY" || event.target.type === "checkbox";
    const does = { ArrowLeft: () => this.go(this.turn - 1), ArrowRight: () => this.go(this.turn + 1), Home: () => this.go(0), End: () => this.go(this.game.turns), m: () => this.nextMoment() }[event.key]
      ?? (event.key === " " && !onButton ? () => this.toggle() : null);
    if (!does) return;
    event.preventDefault();
    does();
  }

  nextMoment() {
    const turns = this.game.moments.map((moment) => moment.turn).sort((one, other) => one - other);
    if (turns.length) this.go(turns.find((turn) => turn > this.turn) ?? turns[0]);
  }

  draw() {
    const { game, turn, n } = this, over = turn >= game.turns, values = this.values && !over ? Array.from(this.values.subarray(turn * n, (turn + 1) * n)) : null;
    if (!this.slider) return;
    this.slider.value = turn;
    const score = turn && game.scores.length ? game.scores[turn - 1] : null, reward = turn ? game.rewards[turn - 1] : null;
    const chosen = over ? null : game.pressed[turn], random = game.random.includes(turn);
    const before = turn ? `the last key, ${keyName(game.keys[game.pressed[turn - 1]])}, gave ${reward ? `a reward of ${signed(reward)}` : "no reward"}${score === null ? "" : `; score ${figure(score)}`}` : "the game begins";
    const next = over ? `It is over: ${game.ended}.` : `Now it presses ${keyName(game.keys[chosen])}${random ? ", drawn at random" : ""}.`;
    this.nowText.replaceChildren(h("strong", {}, `Turn ${turn} of ${game.turns}`), `: ${before}. ${next}`);
    this.slider.setAttribute("aria-valuetext", `turn ${turn} of ${game.turns}: ${before}. ${next}`);
    const place = scale(this.range[0], this.range[1], 0, 100), zero = Math.max(0, Math.min(100, place(0)));
    this.bars.forEach((each, action) => {
      const value = values ? values[action] : null, at = value === null ? zero : place(value), is = action === chosen;
      each.bar.style.left = `${Math.min(zero, at)}%`; each.bar.style.width = `${Math.abs(at - zero)}%`; each.zero.style.left = `${zero}%`;
      each.number.textContent = value === null ? "" : value.toFixed(this.range[1] - this.range[0] < 10 ? 2 : 1);
      each.chosen.textContent = is ? (random ? "⚄" : "▶") : "";
      for (const element of [each.track, each.name, each.number]) element.classList.toggle("is-chosen", is);
    });
    const best = values ? Math.max(...values) : null;
    this.evalFill.style.height = `${best === null ? 0 : Math.max(0, Math.min(100, place(best)))}%`;
    this.evalZero.style.bottom = `${zero}%`;
    const moment = this.tellMoment();
    if (this.board && this.cells) {
      const size = game.board.height * game.board.width, codes = this.cells.subarray(turn * size, (turn + 1) * size);
      const mattered = moment?.mattered?.length ? new Map(moment.mattered.map(({ row, column, weight }, index) => [row * game.board.width + column, index === 0 ? 1 : Math.abs(weight)])) : null;
      this.board.draw(codes, { unseen: this.marks.checked ? new Set(game.unseen) : null, mattered });
      this.board.says(`The board at turn ${turn} of ${game.turns}. ${next} The board as text is below.`);
      if (this.asText.parentElement.open) this.asText.textContent = this.board.lines(codes);
    }
    if (this.sees && this.seen) {
      const size = game.view.height * game.view.width;
      this.sees.draw(this.seen.subarray(turn * size, (turn + 1) * size));
      this.sees.says(`What the encoder makes of the board at turn ${turn}`);
    }
    if (this.numbers) {
      const f = game.view.features.length, now = this.numbers.subarray(turn * f, (turn + 1) * f);
      this.featureRows.textContent = game.view.features.map((name, index) => `${name} = ${figure(now[index])}`).join("   ");
    }
    if (this.cursor) { const x = this.valueX(turn); this.cursor.setAttribute("x1", x); this.cursor.setAttribute("x2", x); }
  }

  drawValues() {
    const width = this.valuePicture.clientWidth, { game, n } = this, height = 90;
    if (!width || !this.values) return;
    const best = game.pressed.map((_, turn) => Math.max(...this.values.subarray(turn * n, (turn + 1) * n)));
    const [low, high] = bounds(best.length ? best : [0, 1]), y = scale(low, high, height - 18, 12);
    this.valueX = scale(0, Math.max(1, game.turns), 8, width - 8);
    const svg = s("svg", { viewBox: `0 0 ${width} ${height}`, height });
    if (low < 0 && high > 0) svg.append(s("line", { class: "grid-line", x1: 8, x2: width - 8, y1: y(0), y2: y(0) }));
    svg.append(s("path", { class: "line-value", d: pathOf(best.map((value, turn) => [this.valueX(turn), y(value)])) }));
    for (const turn of remarkable(game.rewards, width / 12)) svg.append(s("text", { class: game.rewards[turn] > 0 ? "t-up" : "t-down", x: this.valueX(turn + 1), y: height - 3, "text-anchor": "middle" }, game.rewards[turn] > 0 ? "▲" : "▼"));
    game.moments.forEach((moment, index) => svg.append(s("line", { class: "grid-line", x1: this.valueX(moment.turn), x2: this.valueX(moment.turn), y1: 12, y2: height - 16 }), s("text", { x: this.valueX(moment.turn), y: 10, "text-anchor": "middle" }, index + 1)));
    this.cursor = s("line", { class: "cursor", y1: 0, y2: height });
    svg.append(this.cursor);
    this.valuePicture.replaceChildren(svg);
    this.draw();
  }

  pick(event) {
    const box = this.valuePicture.getBoundingClientRect();
    this.go(Math.round(((event.clientX - box.left - 8) / (box.width - 16)) * this.game.turns));
  }
}

/** What came of each key, beside what was expected. */
function futuresTable(moment) {
  if (!moment.futures?.length) return moment.futures_note ? h("p", { class: "soft" }, moment.futures_note) : null;
  return table("What if: each key was pressed here, and the game played on several times", [
    { name: "key", keep: true, value: (each) => keyName(each.key ?? "") },
    { name: "it expected", number: true, value: (each) => figure(each.expects) },
    { name: "what came", value: (each) => each.text },
    { name: "died", number: true, value: (each) => `${each.deaths} of ${each.of}` },
    { name: "mean reward", number: true, value: (each) => figure(each.mean_reward) },
    { name: "", value: (each) => (each.disagrees ? "≠ it expected something else" : "") },
  ], moment.futures);
}

function matteredText(moment) {
  if (!moment.mattered?.length) return null;
  const cells = moment.mattered.slice(0, 5).map(({ row, column, character }) => `${character} at row ${row + 1}, column ${column + 1}`).join("; ");
  return h("p", { class: "small" }, `▣ Outlined on the board: the cells that mattered most for this key. From the strongest: ${cells}.`);
}

const title = (game) => `${game.label}: ${game.score === null ? `return ${figure(game.total_reward)}` : `score ${figure(game.score)}`} in ${exact(game.turns)} turns`;

/** All recorded games as small boards that play together. */
class Reel {
  constructor(place, player) {
    this.player = player; this.turn = 0; this.shown = [];
    this.timer = new Timer(() => this.go(this.turn + 1), () => 15, (runs) => { this.button.textContent = runs ? "❚❚ Pause" : "▶ Play them together"; });
    this.button = h("button", { type: "button", on: { click: () => this.toggle() } }, "▶ Play them together");
    this.slider = h("input", { type: "range", min: 0, max: 1, value: 0, "aria-label": "Turn of all these games", on: { input: () => this.go(Number(this.slider.value)) } });
    this.area = h("div", { class: "reel" });
    this.controls = h("div", {}, h("div", { class: "row" }, this.button), this.slider);
    place.append(h("p", { class: "soft" }, "The same game, begun alike, as it was played at different times of the training."), this.controls, this.area);
  }

  async show(games) {
    const boards = games.filter((game) => game.board);
    this.games = boards;
    this.controls.hidden = boards.length === 0;
    const cells = await Promise.all(boards.map((game) => unpack(game.board.cells)));
    this.shown = boards.map((game, index) => ({ game, cells: cells[index], board: new Board(game.board, "mini"), said: h("span", { class: "small" }) }));
    this.area.replaceChildren(...this.shown.map(({ game, board, said }) => h("figure", {}, h("figcaption", {}, h("strong", {}, game.label), h("br"), title(game).slice(game.label.length + 2), " ", said),
      board.element, h("p", {}, h("button", { type: "button", on: { click: () => { this.player.open(game.id); byId("game").scrollIntoView(); byId("which-game").focus({ preventScroll: true }); } } }, "Look at this game")))));
    if (!boards.length) this.area.replaceChildren(h("p", { class: "soft" }, "There are no boards to show side by side."));
    this.slider.max = Math.max(1, ...boards.map((game) => game.turns));
    this.go(this.turn);
  }

  go(turn) {
    const last = Number(this.slider.max);
    this.turn = Math.min(turn, last);
    this.slider.value = this.turn;
    for (const { game, cells, board, said } of this.shown) {
      const now = Math.min(this.turn, game.turns), size = game.board.height * game.board.width;
      board.draw(cells.subarray(now * size, (now + 1) * size));
      board.says(`${game.label}, turn ${now} of ${game.turns}`);
      said.textContent = now === game.turns && this.turn > 0 ? `■ ${game.ended}` : "";
    }
    if (this.turn >= last) this.timer.stop();
  }

  toggle() {
    if (this.timer.runs) { this.timer.stop(); return; }
    if (this.turn >= Number(this.slider.max)) this.turn = 0;
    this.timer.start();
  }
}
