"""A short training, to see whether anything can be learned with a part."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from time import perf_counter

from retro_gamer_core.checks.finding import Finding, warning
from retro_gamer_core.checks.parts.workbench import Workbench
from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.evaluation.games import GameSettings, PlayedGame, greedy, play_at_random, play_games
from retro_gamer_core.evaluation.statistics import summarise
from retro_gamer_core.training.assembly import build_loop
from retro_gamer_core.training.vital_signs import VitalSigns

#: Turns. With the parts that create chooses, a game then brings ten times as much as with random keys.
TURNS = 6_000

#: A training that has taken so many seconds is ended.
_SECONDS = 60.0

_GAMES = 40
_MAX_TURNS = 300


def no_better_than_random(bench: Workbench) -> Iterator[Finding]:
    """After a short training with the part, greedy play is not surely better than random keys."""
    began = perf_counter()
    turns, trained, at_random = short_training(bench, bench.chosen)
    got, usual = summarise(trained), summarise(at_random)
    figures = (
        f"after {turns:,} turns of training on {bench.game}, {_GAMES} games bring {got.mean:,.2f} on average, and "
        f"random keys {usual.mean:,.2f}"
    )
    bench.figures.append(f"{figures} ({perf_counter() - began:.0f} s)")
    if got.ci95[0] > usual.ci95[1]:
        return
    if turns < TURNS:
        bench.left_out.append(f"whether it learns: {turns:,} turns took more than {_SECONDS:.0f} s")
        return
    yield warning(
        "no-better-than-random",
        figures,
        why="with the parts that create chooses, as many turns are enough to play far better than that",
        hint="look at what it sees or gives in a few turns; or train a run with it for longer, before you give it up",
        number=round(got.mean, 3),
    )


def short_training(bench: Workbench, choice: PartChoice) -> tuple[int, list[float], list[float]]:
    """Turns trained; the total rewards of games played greedily after that, and of as many with random keys."""
    player = bench.player_with(choice)
    if hasattr(player.learner, "fit_to_turns"):
        player.learner.fit_to_turns(TURNS)
    loop = build_loop(bench.config_with(choice), player, bench.create_game, bench.plugins, VitalSigns())
    until = perf_counter() + _SECONDS
    for event in loop.play(sys.maxsize):
        if event is None and (loop.turns >= TURNS or perf_counter() > until):
            break
    how: GameSettings = {"max_turns": _MAX_TURNS, "seed": bench.seed, "score_key": None}
    trained = play_games(greedy(player.learner), bench.create_game, player, _GAMES, **how)
    at_random = play_at_random(bench.create_game, player, _GAMES, **how)
    return loop.turns, _returns(trained), _returns(at_random)


def _returns(played: list[PlayedGame]) -> list[float]:
    return [game.total_reward for game in played]
