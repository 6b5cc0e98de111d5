// The parts of the page from its data, once for a report and again and again beside a training.

let data = JSON.parse(byId("data").textContent);
const body = (id) => byId(id).querySelector(".body");
const soft = (text) => h("p", { class: "soft" }, text);
const drawn = {};
let player = null, reel = null;
const curve = new Curve(body("curve"));

/** Draw a part again only where what it shows is other than before, so that nobody's place in it is lost. */
function part(id, shown, draw) {
  const now = JSON.stringify(shown);
  if (drawn[id] === now) return;
  drawn[id] = now;
  draw(body(id));
}

function render() {
  const { run } = data;
  document.title = `${run.name}: ${run.game || "a run"} · retro-gamer`;
  byId("state").textContent = run.state_text;
  byId("state").classList.toggle("live", run.state === "training");
  byId("verdict").textContent = run.verdict;
  byId("facts").textContent = [`${exact(run.turns)} turns`, `${exact(run.episodes)} episodes`, run.seconds === null ? null : `${duration(run.seconds)} of training`,
    run.recipe ? `recipe ${run.recipe}` : null, run.started ? `begun ${run.started.slice(0, 10)}` : null].filter(Boolean).join(" · ");
  if (drawn.curve !== (drawn.curve = JSON.stringify(data.curve))) curve.show(data.curve);
  part("alarms", [data.alarms, data.missing, data.games_problems], drawAlarms);
  showGames();
  part("map", data.map ?? null, drawMap);
  part("rewards", data.ledger ?? null, drawLedger);
  part("prediction", [data.curve.prediction, run.verdict], drawPrediction);
  part("settings", data.settings, drawSettings);
  part("questions", data.questions, (place) => place.replaceChildren(h("ol", { class: "plain" }, data.questions.map((question) => h("li", {}, question)))));
}

function showGames() {
  const { games = [] } = data, stamp = JSON.stringify(games.map((game) => [game.id, game.version, game.moments.length, Boolean(game.board)]));
  if (drawn.games === stamp) return;
  drawn.games = stamp;
  if (!games.length) {
    const why = data.games_note ?? "No games were recorded in this run, so there are none to look at.";
    body("game").replaceChildren(soft(why));
    body("reel").replaceChildren(soft("Growth is shown where games were recorded at several times of the training."));
    player = reel = null;
    return;
  }
  if (!player) {
    body("game").replaceChildren(); body("reel").replaceChildren();
    player = new Player(body("game"));
    reel = new Reel(body("reel"), player);
    new IntersectionObserver((entries, observer) => { if (entries.some((entry) => entry.isIntersecting)) { observer.disconnect(); reel.near = true; reel.show(data.games); } }, { rootMargin: "400px" }).observe(byId("reel"));
  }
  player.show(games, data.value_range ?? [-1, 1]);
  if (reel.near) reel.show(games);
}

function drawAlarms(place) {
  const told = [...data.missing, ...(data.games_problems ?? [])].map((text) => h("p", { class: "note" }, text));
  if (!data.alarms.length && !told.length) { place.replaceChildren(soft("No alarm was raised, and every file could be read.")); return; }
  place.replaceChildren(...told, ...data.alarms.map((alarm) => h("div", { class: "note" }, h("p", {}, "▲ ", h("strong", {}, alarm.what), ` (after ${exact(alarm.turns)} turns)`),
    alarm.why && h("p", {}, `Why it matters: ${alarm.why}`), alarm.hint && h("p", {}, `Try: ${alarm.hint}`), h("p", { class: "small" }, `In the documentation: ${alarm.code}`))));
}

function drawMap(place) {
  const { map } = data;
  if (!map?.cells?.length) { place.replaceChildren(soft(data.map_note ?? "There is no map: the player cannot be put on another cell of this game, or nothing was recorded.")); return; }
  const { height, width } = map.board, values = map.cells.map((cell) => cell[3]), strength = scale(Math.min(...values), Math.max(...values), 0, 1);
  const board = new Board({ height, width, palette: [["", "", null, 1]] }, "map");
  board.draw(new Uint8Array(height * width));
  for (const [row, column, key, value] of map.cells) {
    const cell = board.cells[row * width + column];
    cell.textContent = keySign(key ?? "");
    cell.title = `row ${row + 1}, column ${column + 1}: ${keyName(key ?? "")}, value ${figure(value)}`;
    cell.style.backgroundColor = `rgba(var(--shade), ${(strength(value) * 0.45).toFixed(3)})`;
  }
  const best = map.cells.reduce((one, other) => (other[3] > one[3] ? other : one)), worst = map.cells.reduce((one, other) => (other[3] < one[3] ? other : one));
  const counts = Object.entries(map.cells.reduce((all, [, , key]) => ({ ...all, [key ?? ""]: (all[key ?? ""] ?? 0) + 1 }), {}));
  const said = `The best key on each of ${map.cells.length} cells: ${counts.map(([key, count]) => `${keyName(key)} on ${count}`).join(", ")}. Highest value ${figure(best[3])} at row ${best[0] + 1}, column ${best[1] + 1}; lowest ${figure(worst[3])} at row ${worst[0] + 1}, column ${worst[1] + 1}.`;
  board.says(said);
  place.replaceChildren(soft(map.text), board.element, h("p", { class: "small" }, said));
}

function drawLedger(place) {
  const { ledger } = data;
  if (!ledger?.rewards?.length) { place.replaceChildren(soft("Which rewards came how often is known where games were recorded.")); return; }
  const most = Math.max(...ledger.rewards.map((each) => each.count));
  const bar = (each) => { const inside = h("i", { style: { left: "0", width: `${(100 * each.count) / most}%` } }); return h("div", { class: "bar", "aria-hidden": "true", style: { "min-width": "5rem" } }, inside); };
  place.replaceChildren(...(ledger.warning ? [h("p", { class: "note" }, "▲ In the recorded games, ", ledger.warning, ".")] : []), h("div", { class: "columns" },
    table("Rewards of the recorded games", [{ name: "reward", number: true, value: (each) => (each.amount === null ? "all rarer ones" : signed(each.amount)) }, { name: "how often", number: true, value: (each) => exact(each.count) },
      { name: "of all turns", number: true, value: (each) => `${figure(100 * each.share)} %` }, { name: "", value: bar }], ledger.rewards),
    h("div", {}, smallLine("return of a game", ledger.by_moment, (row) => row.reward), smallLine("score of a game", ledger.by_moment, (row) => row.score))));
}

function drawPrediction(place) {
  const { prediction, evaluations, measure } = data.curve;
  if (!prediction) { place.replaceChildren(soft("Nobody wrote down a prediction before this training.")); return; }
  const best = evaluations.findLast((each) => each.best) ?? evaluations.at(-1);
  place.replaceChildren(h("p", {}, `Predicted before training: a mean ${measure} of `, h("strong", {}, figure(prediction.value)), prediction.text ? ` (“${prediction.text}”)` : "", best ? ". What came: " : ". Nothing has been measured yet.", best && h("strong", {}, figure(best.mean)), best ? "." : ""));
}

function drawSettings(place) {
  const { changed, all, parts, versions, differences, choices } = data.settings, code = (text) => h("code", {}, text);
  place.replaceChildren(
    changed.length ? table("What differs from the defaults, and why", [{ name: "setting", value: (row) => code(row.key) }, { name: "here", value: (row) => code(row.value) }, { name: "default", value: (row) => code(row.default || "–") }, { name: "reason", value: (row) => row.reason }], changed)
      : soft("No setting differs from its default, or config.toml could not be read."),
    ...differences.map((text) => h("p", { class: "note" }, text)),
    folded("All settings", table("All settings", [{ name: "setting", value: (row) => code(row.key) }, { name: "value", value: (row) => code(row.value) }, { name: "reason", value: (row) => row.reason }], all)),
    folded("What came of them", choices.length ? h("ul", { class: "plain" }, choices.map((text) => h("li", {}, text))) : soft("There is more to tell once training has begun.")),
    folded("Parts and versions", table("The parts of the run", [{ name: "kind", value: (row) => row.kind }, { name: "name", value: (row) => row.name }, { name: "from plugin", value: (row) => row.plugin }, { name: "package", value: (row) => row.package }], parts),
      table("Versions of what made this page", [{ name: "package", value: ([name]) => name }, { name: "version", value: ([, version]) => version }], Object.entries(versions))));
}

/** Beside a training: ask for what is new. */
async function live() {
  const every = data.live.every;
  let failed = 0;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, failed > 3 ? 10 * every : every));
    if (document.hidden && failed) continue;
    try {
      const answer = await fetch(`data.json?since=${data.version}`, { cache: "no-store" });
      if (answer.status === 204) { failed = 0; continue; }
      if (!answer.ok) throw new Error(String(answer.status));
      const newer = await answer.json(), before = data.curve.evaluations.length;
      const kept = new Map((data.games ?? []).map((game) => [game.id, game]));
      newer.games = (newer.games ?? []).map((game) => (game.unchanged ? kept.get(game.id) : game)).filter(Boolean);
      data = newer;
      render();
      failed = 0;
      const last = data.curve.evaluations.at(-1);
      if (data.curve.evaluations.length > before) byId("news").textContent = `New evaluation: mean ${data.curve.measure} ${figure(last.mean)}`;
    } catch {
      failed += 1;
      if (failed === 3) { byId("state").textContent = `${data.run.state_text} when it was last seen; retro-gamer watch has ended`; byId("state").classList.remove("live"); }
    }
  }
}

theme();
render();
document.documentElement.dataset.ready = String(Math.round(performance.now()));
if (data.live) live();
