"""Checks of a player: it plays whole games, the same with the same seed, and touches nothing."""

from __future__ import annotations

import numpy as np

from retro_gamer_core.checks.game_look import everything_in
from retro_gamer_core.checks.workbench import Check, Workbench, must
from retro_gamer_core.evaluation.games import PlayedGame
from retro_gamer_core.evaluation.ladder import GameToCopy, play_as
from retro_gamer_core.playing.forks import begin

_GAMES = 2
_TURNS = 60


def player_plays(bench: Workbench) -> None:
    """Two games, by two players built alike."""
    first, second = _played(bench), _played(bench)
    must(first == second, "not-deterministic", "with the same seed, it plays another game the second time")
    turns = sum(game.turns for game in first)
    bench.figures.append(f"{_GAMES} games of {bench.game}, {turns} turns")


def player_looks_only(bench: Workbench) -> None:
    """It is shown a game, whose copies it may do anything with."""
    player = bench.build(bench.chosen)
    player.begin(np.random.default_rng(bench.seed))
    game = begin(bench.create_game, bench.metadata, bench.seed)
    for action in range(bench.metadata.n_actions):
        if not game.playing:
            break
        before = everything_in(game.game)
        player.choose(GameToCopy(game))
        must(everything_in(game.game) == before, "changes-its-input", "it changes the game that it looks at")
        game.step(action)


def _played(bench: Workbench) -> list[PlayedGame]:
    player = bench.build(bench.chosen)
    games = []
    for index in range(_GAMES):
        game = play_as(
            player,
            bench.create_game,
            bench.metadata,
            index,
            max_turns=_TURNS,
            seed=bench.seed,
            score_key=None,
        )
        if game.error is not None:
            raise game.error
        games.append(game)
    return games


#: What is asked of each, quick or not; and what takes seconds, or is measured.
CONTRACT: tuple[Check, ...] = (player_plays, player_looks_only)
COST: tuple[Check, ...] = ()
