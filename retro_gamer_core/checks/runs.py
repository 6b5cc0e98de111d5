"""Checks of a run: its settings beside its game, and its parts beside those it was trained with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from statistics import fmean
from typing import TYPE_CHECKING

from retro_gamer_core.checks.game import findings_of, look_at
from retro_gamer_core.checks.game_look import GameLook
from retro_gamer_core.contracts import ask
from retro_gamer_core.errors import ConfigurationError, ProblemsFound
from retro_gamer_core.finding_codes import Level
from retro_gamer_core.findings import Finding, Findings, finding, finding_of
from retro_gamer_core.playing.chance import any_game
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.plugins.own_code import OwnCodeRefused
from retro_gamer_core.policies.player import build_encoder, build_player, lock_parts
from retro_gamer_core.runs.parts_lock import differences, read_lock
from retro_gamer_core.training.alarms import GROWTH_OF_GAMES, SHORTEST_RUN, mostly_random, run_too_short
from retro_gamer_core.training.loading import load_run
from retro_gamer_core.training.mirroring import Mirroring

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.runs.run_directory import RunDirectory


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
    as_described = replace(found, name=config.game, metadata=config.metadata)
    look = look_at(as_described, seed=seed, quick=quick, max_turns=config.training.max_turns_per_episode)
    game = look if isinstance(look, Findings) else findings_of(look)
    settings: list[Finding] = []
    if isinstance(look, GameLook) and not game.at_least("problem"):
        complete_metadata(config.metadata, found.factory)
        settings = [
            *_parts(run, config, plugins),
            *_mirror_images(config, partial(any_game, found.factory), plugins),
            *_length(config, partial(any_game, found.factory), plugins, look),
        ]
    return Findings(thing, (*settings, *game.found), game.looked_at, game.left_out)


def _parts(run: RunDirectory, config: RunConfig, plugins: Plugins) -> Iterator[Finding]:
    """A part is not what it was when the run was trained."""
    for difference in differences(read_lock(run.parts_lock), lock_parts(config, plugins)):
        level: Level = "problem" if difference.serious else "warning"
        yield finding_of("part-changed", difference.problem, level=level)


def _mirror_images(config: RunConfig, one_game: Callable[[], Game], plugins: Plugins) -> Iterator[Finding]:
    """The description names symmetries, and what the learner sees has no mirror image."""
    try:
        Mirroring(config.metadata, build_encoder(config.encoder, config.metadata, one_game, plugins), seed=0)
    except ConfigurationError as refused:
        yield finding_of("setting-wrong", refused.problem)


def _length(
    config: RunConfig, one_game: Callable[[], Game], plugins: Plugins, look: GameLook
) -> Iterator[Finding]:
    """The run is over while half of the actions are random, however much longer games become, or before it learns."""
    settings = config.training
    episodes = settings.training_episodes
    turns_at_random = fmean(look.seen.lengths or [settings.max_turns_per_episode])
    if episodes >= SHORTEST_RUN:
        learner = build_player(config, config.metadata, one_game, plugins, device="cpu").learner
        for _ in range(episodes):
            ask(learner, "turns_played", round(turns_at_random * GROWTH_OF_GAMES))
            ask(learner, "episode_finished")
        at_end = (ask(learner, "statistics") or {}).get("epsilon", 0.0)
        if found := mostly_random(at_end, episodes, episodes * turns_at_random):
            yield found
    if found := run_too_short(round(episodes * turns_at_random), settings):
        yield found
