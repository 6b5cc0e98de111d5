// The games of a league: the player of a report, with the first game of each file in it.

/** As in a report, but each file expects values of its own size. */
class LeaguePlayer extends Player {
  open(id, turn) {
    this.range = this.games.find((game) => game.id === id).range;
    return super.open(id, turn);
  }
}

const { games } = JSON.parse(byId("data").textContent), place = byId("game").querySelector(".body");
theme();
if (games.length) {
  const player = new LeaguePlayer(place);
  player.show(games, games[0].range);
  player.open(games[0].id);
  for (const button of document.querySelectorAll("button[data-game]")) button.addEventListener("click", () => { player.open(button.dataset.game); byId("game").scrollIntoView(); byId("which-game").focus({ preventScroll: true }); });
} else place.append(h("p", { class: "soft" }, "There is no game to look at."));
document.documentElement.dataset.ready = String(Math.round(performance.now()));
