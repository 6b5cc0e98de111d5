"""Checks of a run: its settings beside its game, and its parts beside those it was trained with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from statistics import fmean
from typing import TYPE_CHECKING

from retro_gamer_core.checks.finding import Finding, Findings, problem, warning
from retro_gamer_core.checks.games.checking import check_game
from retro_gamer_core.checks.games.look import QUICK
from retro_gamer_core.checks.games.seen import Seen
from retro_gamer_core.errors import Problem, ProblemsFound
from retro_gamer_core.playing.chance import any_game, seeded
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.playing.random_play import play_at_random
from retro_gamer_core.plugins.own_code import OwnCodeRefused
from retro_gamer_core.runs.parts_lock import differences, read_lock
from retro_gamer_core.training.alarms.exploration import GROWTH_OF_GAMES, MOSTLY_RANDOM, SHORTEST_RUN
from retro_gamer_core.training.alarms.no_learning import LUCK
from retro_gamer_core.training.assembly import build_player, lock_parts
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
    seed: int

    @property
    def settings(self) -> TrainingSettings:
        return self.config.training

    @cached_property
    def turns_at_random(self) -> float:
        """How long a game with random keys is, on average."""
        seen = Seen(self.config.metadata)
        limit = self.settings.max_turns_per_episode
        with seeded(self.seed):
            play_at_random(
                self.found.factory,
                self.config.metadata,
                [seen],
                turns=max(QUICK.turns, limit),
                seconds=QUICK.seconds,
                max_turns=limit,
            )
        return fmean(seen.lengths) if seen.lengths else limit


def check_run(run: RunDirectory, plugins: Plugins, *, seed: int = 0, quick: bool = False) -> Findings:
    """Everything worth knowing about a run and its game. Nothing in it is changed.

    Raises:
        GameNotFound, GameError: its game cannot be had.
    """
    thing = f"the run {run.path}"
    try:
        config, found = load_run(run)
    except OwnCodeRefused as refused:
        return Findings(thing, tuple(_own_code(each, refused.footer) for each in refused.problems))
    except ProblemsFound as wrong:
        return Findings(thing, tuple(_setting_wrong(each) for each in wrong.problems))
    game = check_game(
        config.game,
        found.factory,
        config.metadata,
        source=found.source_root,
        seed=seed,
        quick=quick,
        max_turns=config.training.max_turns_per_episode,
    )
    settings: list[Finding] = []
    if not game.at_least("problem"):
        look = RunLook(run, config, found, plugins, seed)
        complete_metadata(config.metadata, found.factory)
        settings = [finding for check in RUN_CHECKS for finding in check(look)]
    return Findings(thing, (*settings, *game.found), game.looked_at, game.left_out)


def part_changed(look: RunLook) -> Iterator[Finding]:
    """A part is not what it was when the run was trained."""
    for difference in differences(read_lock(look.run.parts_lock), lock_parts(look.config, look.plugins)):
        say = problem if difference.serious else warning
        found = difference.problem
        yield say("part-changed", found.what, why=found.why, hint=found.hint)


def exploration_outlasts_run(look: RunLook) -> Iterator[Finding]:
    """Half of the actions will still be random when the run ends, however much longer games become."""
    episodes = look.settings.training_episodes
    if episodes < SHORTEST_RUN:
        return
    length = look.turns_at_random * GROWTH_OF_GAMES
    one = partial(any_game, look.found.factory)
    learner = build_player(look.config, look.config.metadata, one, look.plugins, device="cpu").learner
    for _ in range(episodes):
        learner.turns_played(round(length))
        learner.episode_finished()
    at_end = learner.statistics().get("epsilon", 0.0)
    if at_end < MOSTLY_RANDOM:
        return
    yield warning(
        "exploration-outlasts-run",
        f"{at_end:.0%} of the actions will still be random when the run ends, after episode {episodes:,}",
        why="epsilon, the share of random actions, falls too slowly for so few episodes, so what is learned is "
        "hardly ever tried in earnest",
        hint="more training_episodes, or a faster fall: epsilon_turns = "
        f"{max(1, round(episodes * look.turns_at_random / 3))}",
        number=round(at_end, 3),
    )


def learning_never_starts(look: RunLook) -> Iterator[Finding]:
    """The run is over before the first update."""
    starts = look.settings.learning_starts
    turns = look.settings.training_episodes * look.turns_at_random
    if turns * LUCK >= starts:
        return
    yield warning(
        "learning-never-starts",
        f"the run will end after about {turns:,.0f} turns, and the first {starts:,} turns are only watched",
        why="not one update of the network will have been made, so it will play as it did before training",
        hint=f"more training_episodes, or learning_starts = {look.settings.batch_size}",
        number=round(turns),
    )


RUN_CHECKS: tuple[Callable[[RunLook], Iterator[Finding]], ...] = (
    part_changed,
    exploration_outlasts_run,
    learning_never_starts,
)


def _own_code(found: Problem, hint: str) -> Finding:
    return problem(
        "own-code",
        f"the run names code of its own: {found.what} ({found.where})",
        why="only installed packages may run here, so nothing more of the run was looked at",
        hint=hint,
    )


def _setting_wrong(found: Problem) -> Finding:
    where = f" ({found.where})" if found.where else ""
    return problem("setting-wrong", f"{found.what}{where}", why=found.why, hint=found.hint)
