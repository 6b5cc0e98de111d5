"""A run and its parts, ready to be trained; goes on where it stopped, and loses nothing."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration import edit_config
from retro_gamer_core.playing.chance import Chance, any_game
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.policies.player import build_player, lock_parts
from retro_gamer_core.runs.numbered_files import explain_thinning
from retro_gamer_core.streams import stream
from retro_gamer_core.training.alarms import AlarmWatch
from retro_gamer_core.training.assembly import build_loop
from retro_gamer_core.training.game_failures import GameFailures
from retro_gamer_core.training.greedy_evaluation import GreedyEvaluation
from retro_gamer_core.training.interrupts import Stop, StopRequest
from retro_gamer_core.training.recorded_games import RecordedGames
from retro_gamer_core.training.resuming import Found, Saved, characters_to_return_to, newest_saved
from retro_gamer_core.training.run_keeper import RunKeeper
from retro_gamer_core.training.session import Session
from retro_gamer_core.training.time_budget import Budget, TimeBudget

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.contracts import Listener, Logger
    from retro_gamer_core.events import Outcome
    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.runs.refusals import Sections
    from retro_gamer_core.runs.run_directory import RunDirectory

#: A killed process loses at most about this much work: seconds between two saved states.
SECONDS_BETWEEN_STATES = 30.0


class Trainer:
    """Trains the run in a directory.

    Args:
        run: the directory; it must hold ``config.toml``.
        config: what that file says. Its metadata is completed from the game (board size, and a
            character set that has to be discovered), and a missing seed is drawn.
        create_game: makes a fresh game.
        plugins: where parts come from.
        source: the directory of the game's own files, to name the student's line when it raises.
        seconds_between_states: how often everything is saved, for the case that the process is killed.

    Building a trainer writes nothing; ``train`` does.
    """

    def __init__(
        self,
        run: RunDirectory,
        config: RunConfig,
        create_game: Callable[[], Game],
        plugins: Plugins,
        *,
        source: Path | None = None,
        seconds_between_states: float = SECONDS_BETWEEN_STATES,
    ) -> None:
        self.run = run
        as_written = config.to_sections()
        self.config, self._choices = _completed(config, create_game)
        self._found_out = setting_changes(as_written, self.config.to_sections())
        self.plugins = plugins
        self.seconds_between_states = seconds_between_states
        self._create_game = create_game
        self.any_game = partial(any_game, create_game)
        self.alarms = AlarmWatch(self.config)
        self._build()
        self.loggers: dict[str, Logger] = {
            choice.name: plugins.build(
                plugins.find_part("logger", choice.name), choice.options, run_directory=run.path
            )
            for choice in self.config.loggers
        }
        self.evaluation = GreedyEvaluation(run, self.config, create_game, plugins)
        self.recorded = RecordedGames(self.config, create_game)
        self.keeper = RunKeeper(
            run,
            self.config,
            lock_parts(self.config, plugins),
            plugins.find_part("learner", self.config.learner.name),
            {"alarms": self.alarms, "evaluation": self.evaluation, "recorded": self.recorded},
        )
        self.failures = GameFailures(source, self.config.training.training_episodes)
        self._found = Found()

    def _build(self) -> None:
        self.player = build_player(
            self.config,
            self.config.metadata,
            self.any_game,
            self.plugins,
            device=self.config.training.device,
            run_directory=self.run.path,
        )
        self.loop = build_loop(
            self.config, self.player, self._create_game, self.plugins, self.alarms.monitor, self.run.path
        )

    @property
    def finished(self) -> bool:
        """Whether all episodes have been played."""
        return self.loop.episodes >= self.config.training.training_episodes

    @property
    def last_evaluation_missing(self) -> bool:
        """Whether all episodes have been played and the evaluation after them was interrupted; ``train`` makes it."""
        return self.finished and self.evaluation.missing_at_the_end(self.loop.turns)

    @property
    def started_from(self) -> str | None:
        """The name of the file that was loaded and not gone on from yet."""
        return self._found.saved.path.name if self._found.saved else None

    def explain(self) -> list[str]:
        """Every decision that was taken, each in a sentence."""
        settings, metadata = self.config.training, self.config.metadata
        memory = self.loop.memory
        width, height = metadata.board_size or self.any_game().board_size
        return [
            f"game {self.config.game}: {width}×{height} cells; the reward of a "
            f'turn is the change of state["{metadata.reward}"]',
            *(
                f"the wrapper {wrapper.name} changes what is learned from; the log has the game's own rewards"
                for wrapper in self.config.wrappers
            ),
            *self._choices,
            *self.player.explain(),
            *(memory.explain() if hasattr(memory, "explain") else []),
            f"learning: one update from {settings.batch_size} remembered turns every {settings.train_every} "
            f"turns, after the first {settings.learning_starts:,}; a reward counts {settings.gamma:g} as much "
            f"for each turn it lies ahead; {settings.n_step} turn(s) of real rewards in each guess",
            *self.loop.mirroring.explain(),
            f"{settings.games_in_step} game(s) in step, seed {settings.seed}",
            *self.loop.games.explain(),
            f"a checkpoint every {settings.checkpoint_every:,} episodes; "
            + explain_thinning(settings.keep_checkpoints),
        ]

    def load_checkpoint(self, path: Path | str) -> None:
        """Go on from the weights of a checkpoint; what was remembered since is not in it.

        Raises:
            CheckpointDamaged, CheckpointIncompatible: nothing has been changed.
        """
        self._go_on_from(Found(Saved.checkpoint(Path(path), self.plugins)))

    def load_newest(self) -> bool:
        """Go on from the newest saved state, else from the newest checkpoint. False if there is neither.

        A damaged file is passed over with a note, and the one before it is taken.

        Raises:
            CheckpointIncompatible: the configuration has changed too much.
        """
        found = newest_saved(self.run, self.plugins)
        self._go_on_from(found)
        return found.saved is not None

    def _go_on_from(self, found: Found) -> None:
        notes: list[str] = []
        if found.saved:
            characters = characters_to_return_to(found.saved, self.config, self.run, self.plugins)
            if characters is not None:
                self.config.metadata.character_set = characters
            if characters is not None or self.loop.turns:  # nothing of what has been played since may stay
                self._build()
            notes = found.saved.load_into(self.loop, self.config)
            self.keeper.go_on_from(found.saved)
        before = self._found
        self._found = Found(
            found.saved, (*before.damaged, *found.damaged), (*before.notes, *found.notes, *notes)
        )

    def take_found(self) -> Found:
        """What the next session goes on from. A second one goes on from its end, and not once more from that."""
        found, self._found = self._found, Found()
        return found

    def write_found_out(self) -> None:
        """Complete ``config.toml`` by what was found out."""
        if self._found_out:
            edit_config(self.run.config, self._found_out)
            self._found_out = {}

    def train(
        self, listeners: Iterable[Listener] = (), stop: Stop | None = None, budget: Budget | None = None
    ) -> Outcome:
        """Play and learn until all episodes are played or somebody asks to stop. Saves before it returns.

        With a budget, its time or its turns take the place of the number of episodes.

        Raises:
            RunBusy: another process is training this run.
            GameError: the game fails every time, or none can be made any more; what was learned is saved.
        """
        with self.run.hold():
            return Session(self, listeners, stop or StopRequest(), budget or TimeBudget()).train()


def setting_changes(was: Sections, now: Sections) -> dict[str, dict[str, Any]]:
    """What to change in a config to make ``now`` of it; None removes a key. The game keeps its name."""
    changes = {
        section: {
            key: now[section].get(key)
            for key in {**was[section], **now[section]}
            if was[section].get(key) != now[section].get(key)
        }
        for section in ("metadata", "preprocessing", "model", "training")
    }
    return {section: values for section, values in changes.items() if values}


def _completed(config: RunConfig, create_game: Callable[[], Game]) -> tuple[RunConfig, list[str]]:
    """Draw a missing seed, and ask the game for what its description leaves open. Also returns what was found out.

    The metadata of ``config`` is filled in where it is.

    Raises:
        MetadataError: the description does not fit the game.
    """
    seed = config.training.seed
    if seed is None:
        seed = secrets.randbelow(1_000_000)
        config = replace(config, training=replace(config.training, seed=seed))
    choices = complete_metadata(
        config.metadata,
        create_game,
        exploration_turns=config.training.exploration_turns,
        rng=random.Random(seed),
        chance=Chance(stream=stream(seed, "characters")),
    )
    return config, choices
