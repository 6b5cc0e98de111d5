"""Checks of a run: its settings beside its game, and its parts beside those it was trained with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import TYPE_CHECKING

from retro_gamer_core.checks.game import findings_of, look_at
from retro_gamer_core.checks.game_look import GameLook
from retro_gamer_core.contracts import ask
from retro_gamer_core.errors import ProblemsFound
from retro_gamer_core.finding_codes import Level
from retro_gamer_core.findings import Finding, Findings, finding, finding_of
from retro_gamer_core.playing.chance import any_game
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.plugins.own_code import OwnCodeRefused
from retro_gamer_core.policies.player import build_player, lock_parts
from retro_gamer_core.runs.parts_lock import differences, read_lock
from retro_gamer_core.training.alarms import GROWTH_OF_GAMES, SHORTEST_RUN, mostly_random, run_too_short
from retro_gamer_core.training.loading import load_run

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig, TrainingSettings
    from retro_gamer_core.games.finding import FoundGame
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.runs.run_directory import RunDirectory


@dataclass(frozen=True)
class RunLook:
    """A run under examination."""

    run: RunDirectory
    config: RunConfig
    found: FoundGame
    plugins: Plugins
    game: GameLook

    @property
    def settings(self) -> TrainingSettings:
        return self.config.training

    @property
    def turns_at_random(self) -> float:
        """How long a game with random keys is, on average."""
        return fmean(self.game.seen.lengths or [self.settings.max_turns_per_episode])


def check_run(run: RunDirectory, plugins: Plugins, *, seed: int = 0, quick: bool = False) -> Findings:
    """Everything worth knowing about a run and its game. Nothing in it is changed.

    Raises:
        GameNotFound, GameError: its game cannot be had.
    """
    thing = f"the run {run.path}"
    try:
        config, found = load_run(run)
    except OwnCodeRefused as refused:
        whats = [f"the run names code of its own: {each.what} ({each.where})" for each in refused.problems]
        return Findings(thing, tuple(finding("own-code", what, hint=refused.footer) for what in whats))
    except ProblemsFound as wrong:
        return Findings(thing, tuple(finding_of("setting-wrong", each) for each in wrong.problems))
    look = look_at(
        config.game,
        found.factory,
        config.metadata,
        source=found.source_root,
        seed=seed,
        quick=quick,
        max_turns=config.training.max_turns_per_episode,
    )
    game = look if isinstance(look, Findings) else findings_of(look)
    settings: list[Finding] = []
    if isinstance(look, GameLook) and not game.at_least("problem"):
        complete_metadata(config.metadata, found.factory)
        run_look = RunLook(run, config, found, plugins, look)
        settings = [finding for check in RUN_CHECKS for finding in check(run_look)]
    return Findings(thing, (*settings, *game.found), game.looked_at, game.left_out)


def part_changed(look: RunLook) -> Iterator[Finding]:
    """A part is not what it was when the run was trained."""
    for difference in differences(read_lock(look.run.parts_lock), lock_parts(look.config, look.plugins)):
        level: Level = "problem" if difference.serious else "warning"
        yield finding_of("part-changed", difference.problem, level=level)


def exploration_outlasts_run(look: RunLook) -> Iterator[Finding]:
    """Half of the actions will still be random when the run ends, however much longer games become."""
    episodes = look.settings.training_episodes
    if episodes < SHORTEST_RUN:
        return
    length = look.turns_at_random * GROWTH_OF_GAMES
    one = partial(any_game, look.found.factory)
    learner = build_player(look.config, look.config.metadata, one, look.plugins, device="cpu").learner
    for _ in range(episodes):
        ask(learner, "turns_played", round(length))
        ask(learner, "episode_finished")
    at_end = (ask(learner, "statistics") or {}).get("epsilon", 0.0)
    yield from filter(None, [mostly_random(at_end, episodes, episodes * look.turns_at_random)])


def learning_never_starts(look: RunLook) -> Iterator[Finding]:
    """The run is over before the first update."""
    turns = look.settings.training_episodes * look.turns_at_random
    yield from filter(None, [run_too_short(round(turns), look.settings)])


RUN_CHECKS: tuple[Callable[[RunLook], Iterator[Finding]], ...] = (
    part_changed,
    exploration_outlasts_run,
    learning_never_starts,
)
