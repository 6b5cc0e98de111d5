"""Trains one run: puts its parts together, goes on where it stopped, and loses nothing."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.configuration import edit_config
from retro_gamer_core.errors import CheckpointDamaged, GameError, RetroGamerError
from retro_gamer_core.events import EpisodeFinished, Outcome, RunInfo
from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.games.metadata_checks import MOST_CHARACTERS
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.runs.atomic_files import replace_file
from retro_gamer_core.runs.parts_lock import LockedPart, differences, read_lock, write_lock
from retro_gamer_core.runs.run_directory import RunDirectory, episode_of
from retro_gamer_core.runs.saved_state import read_state, write_state
from retro_gamer_core.training.assembly import build_encoder, build_loop, build_player, lock_parts
from retro_gamer_core.training.audience import Audience
from retro_gamer_core.training.checkpoint_averages import CheckpointAverages
from retro_gamer_core.training.compatibility import (
    check_compatible,
    memory_still_fits,
    misfit_explained,
    only_added_characters,
)
from retro_gamer_core.training.interrupts import StopRequest
from retro_gamer_core.training.loop import Event, GameRaised, NewCharacters

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.contracts import Logger
    from retro_gamer_core.plugins.registry import Plugins

#: A killed process loses at most about this much work: seconds between two saved states.
SECONDS_BETWEEN_STATES = 30.0

#: A run in which every one of so many episodes in a row ended with an error is stopped.
MOST_ERRORS_IN_A_ROW = 20


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
        self._create_game = create_game
        self._plugins = plugins
        self._source = source
        self._seconds_between_states = seconds_between_states
        as_written = config.to_sections()
        if config.training.seed is None:
            settings = replace(config.training, seed=secrets.randbelow(1_000_000))
            config = replace(config, training=settings)
        self.config = config
        seed = config.training.seed
        random.seed(int(np.random.SeedSequence([seed, 3]).generate_state(1)[0]))
        self._choices = complete_metadata(
            config.metadata,
            create_game,
            exploration_turns=config.training.exploration_turns,
            rng=random.Random(seed),
        )
        self._found_out = _changed(as_written, config.to_sections(), ("metadata", "training"))
        self._build()
        self._loggers: dict[str, Logger] = {
            choice.name: plugins.build(plugins.find_part("logger", choice.name), run.path, **choice.options)
            for choice in config.loggers
        }
        self._lock = lock_parts(config, plugins)
        self._averages = CheckpointAverages()
        self._seconds_before = 0.0
        self._began: float | None = None
        self._state_saved = float("-inf")
        self._errors_in_a_row = 0
        self._last_error: GameRaised | None = None
        self.started_from: str | None = None
        self._leaves_later_behind = False
        self._damaged: list[Path] = []
        self._logged: dict[str, Any] = {}
        self._notes: list[str] = []

    def _build(self) -> None:
        self.player = build_player(
            self.config,
            self.config.metadata,
            self._fresh_game,
            self._plugins,
            device=self.config.training.device,
        )
        self.loop = build_loop(self.config, self.player, self._create_game, self._plugins)

    def _fresh_game(self) -> Game:
        return fresh_game(self._create_game)

    @property
    def finished(self) -> bool:
        """Whether all episodes have been played."""
        return self.loop.episodes >= self.config.training.training_episodes

    def explain(self) -> list[str]:
        """Every decision that was taken, each in a sentence."""
        settings, metadata = self.config.training, self.config.metadata
        memory = self.loop.memory
        return [
            f"game {self.config.game}: {metadata.board_size[0]}×{metadata.board_size[1]} cells; the reward of a "
            f'turn is the change of state["{metadata.reward}"]',
            *self._choices,
            *self.player.explain(),
            *(memory.explain() if hasattr(memory, "explain") else []),
            f"learning: one update from {settings.batch_size} remembered turns every {settings.train_every} "
            f"turns, after the first {settings.learning_starts:,}; a reward counts {settings.gamma:g} as much "
            f"for each turn it lies ahead; {settings.n_step} turn(s) of real rewards in each guess",
            f"{settings.games_in_step} game(s) in step, seed {settings.seed}",
        ]

    # Going on --------------------------------------------------------------------------------

    def load_checkpoint(self, path: Path | str) -> None:
        """Go on from the weights of a checkpoint; what was remembered since is not in it.

        Raises:
            CheckpointDamaged, CheckpointIncompatible: nothing has been changed.
        """
        path = Path(path)
        progress = self.player.learner.read_checkpoint(path)
        self._check(progress.get("config_snapshot", {}), path.name)
        with misfit_explained(path.name):
            self.player.learner.load_checkpoint(path)
        self.loop.continue_with_empty_memory(turns=progress["total_steps"], episodes=progress["episode"])
        self._seconds_before = progress["total_training_seconds"]
        self._averages = CheckpointAverages(since=self._seconds_before)
        self.started_from = path.name
        self._leaves_later_behind = True
        self._notes.append(
            "a checkpoint holds what was learned but no memories, so the next "
            f"{self.config.training.learning_starts:,} turns are only watched"
        )

    def load_newest(self) -> bool:
        """Go on from the newest saved state, else from the newest checkpoint. False if there is neither.

        A damaged file is passed over with a note, and the one before it is taken.

        Raises:
            CheckpointIncompatible: the configuration has changed too much.
        """
        for path in self.run.newest_states():
            with self._passing_over(path):
                self._take(read_state(path), path.name)
                return True
        for path in reversed(self.run.checkpoints()):
            with self._passing_over(path):
                self.load_checkpoint(path)
                return True
        return False

    @contextmanager
    def _passing_over(self, path: Path) -> Iterator[None]:
        """Leave the block where ``path`` is damaged; it is moved aside when training begins."""
        try:
            yield
        except CheckpointDamaged as error:
            self._damaged.append(path)
            self._notes.append(f"{error.problem.what}; trying the one before it")

    def _check(self, was: dict[str, Any], name: str) -> None:
        """Refuse what does not fit; take back characters that were added since, if that is the only change."""
        now = self.config.to_sections()
        extends = self.config.training.unknown_character_strategy == "extend"
        if extends and only_added_characters(was, now):
            self.config.metadata.character_set = list(was["metadata"]["character_set"])
            self._build()
            now = self.config.to_sections()
        check_compatible(was, now, name=name, run=str(self.run.path))

    def _take(self, state: dict[str, Any], name: str) -> None:
        self._check(state["config"], name)
        same_memory = memory_still_fits(state["config"], self.config.to_sections())
        with misfit_explained(name):
            if not same_memory:
                self.player.learner.load_state_dict(state["loop"]["learner"])
                self.loop.continue_with_empty_memory(
                    turns=state["loop"]["turns"], episodes=state["loop"]["episodes"]
                )
                self._notes.append(
                    "the memory or the games are set up differently now, so what was learned is kept and what "
                    "was remembered is not"
                )
            elif not self.loop.load_state_dict(state["loop"]):
                self._notes.append(
                    "the running games could not be played again the same, so fresh ones have begun: the game "
                    "or max_turns_per_episode has changed, or the game depends on more than Python's random "
                    "(the time, a file, a generator of its own)"
                )
        self.started_from = name
        self._seconds_before = state["seconds"]
        self._averages = CheckpointAverages(**state["averages"])
        self._logged = state["loggers"]
        self._state_saved = perf_counter()

    # Training --------------------------------------------------------------------------------

    def train(self, listeners: Iterable[Logger] = (), stop: StopRequest | None = None) -> Outcome:
        """Play and learn until all episodes are played or somebody asks to stop. Saves before it returns.

        Raises:
            RunBusy: another process is training this run.
            GameError: the game fails every time, or none can be made any more; what was learned is saved.
        """
        stop = stop or StopRequest()
        with self.run.hold():
            self._make_room()
            audience = self._begin(listeners)
            reason = "failed"
            try:
                self._play(audience, stop)
                reason = "finished" if self.finished else "interrupted"
            except KeyboardInterrupt:
                reason = "interrupted"
                raise
            finally:
                outcome = self._end(reason)
                audience.training_finished(outcome)
        return outcome

    def _begin(self, listeners: Iterable[Logger]) -> Audience:
        if self._found_out:
            edit_config(self.run.config, self._found_out)
            self._found_out = {}
        self._compare_lock()
        write_lock(self.run.parts_lock, self._lock)
        info = RunInfo(self.run.path, self.config.game, self.config.training.seed)
        audience = Audience(info, self._loggers, self._plugins, listeners)
        audience.load_state_dict(self._logged)
        audience.training_started(self.explain())
        if self.started_from:
            audience.note(f"resumed from {self.started_from}, after episode {self.loop.episodes}")
        for note in self._notes:
            audience.note(note)
        # A second call goes on from here, and not once more from what was loaded.
        self.started_from, self._logged = None, {}
        self._notes.clear()
        self._began = perf_counter()
        return audience

    def _play(self, audience: Audience, stop: StopRequest) -> None:
        try:
            for event in self.loop.play(self.config.training.training_episodes):
                if event is not None:
                    self._hear(event, audience)
                elif stop.asked or self.finished or self._keeps_raising:
                    break
                elif perf_counter() - self._state_saved >= self._seconds_between_states:
                    self._save_state(audience)
        except GameError:
            # No game can be made. The turn is not whole, so going on begins at the last saved state.
            self._save_last()
            raise
        self._save_last()
        self._save_state(audience)
        if self._keeps_raising:
            raise self._always_raises()

    def _hear(self, event: Event, audience: Audience) -> None:
        match event:
            case EpisodeFinished():
                self._errors_in_a_row = self._errors_in_a_row + 1 if event.ended == "error" else 0
                self._averages.add(event)
                audience.episode_finished(event)
                if event.number % self.config.training.checkpoint_every == 0 or self.finished:
                    self._save_checkpoint(event, audience)
            case GameRaised():
                self._last_error = event
                audience.note(self._describe(event))
            case NewCharacters():
                self._meet(event.characters, audience)

    def _end(self, reason: Any) -> Outcome:
        self._seconds_before, self._began = self._elapsed(), None
        return Outcome(reason, self.loop.episodes, self.loop.turns, self._seconds_before)

    def _elapsed(self) -> float:
        """Seconds of training, those of earlier sessions included."""
        return self._seconds_before + (0.0 if self._began is None else perf_counter() - self._began)

    # Saving ----------------------------------------------------------------------------------

    def _save_state(self, audience: Audience) -> None:
        """Everything needed to go on exactly here, beside the state saved before."""
        state = {
            "config": self.config.to_sections(),
            "seconds": self._elapsed(),
            "averages": self._averages.state_dict(),
            "loop": self.loop.state_dict(),
            "loggers": audience.state_dict(),
        }
        write_state(self.run.state_path(self.loop.turns), state)
        self.run.prune_states()
        self._state_saved = perf_counter()

    def _save_checkpoint(self, last: EpisodeFinished, audience: Audience) -> None:
        path = self.run.checkpoint_path(last.number)
        self._write_checkpoint(path)
        saved = self._averages.checkpoint(path, last, total_seconds=self._elapsed())
        self._averages = CheckpointAverages(since=saved.total_seconds)
        audience.checkpoint_saved(saved)

    def _save_last(self) -> None:
        """Leave a checkpoint of where training stopped, so that there is something to play."""
        path = self.run.checkpoint_path(self.loop.episodes)
        if self.finished:
            self._write_checkpoint(self.run.final_checkpoint)
        elif not path.exists():
            self._write_checkpoint(path)

    def _write_checkpoint(self, path: Path) -> None:
        progress = {
            "episode": self.loop.episodes,
            "total_steps": self.loop.turns,
            "total_training_seconds": self._elapsed(),
            "config_snapshot": self.config.to_sections(),
            "parts_lock": [asdict(part) for part in self._lock],
        }
        replace_file(path, lambda temporary: self.player.learner.save_checkpoint(temporary, progress))

    def _make_room(self) -> None:
        """Nothing that was saved before is written over: what belongs to another future is moved aside."""
        self._set_aside(self._damaged, "damaged")
        final = [] if self.finished else [self.run.final_checkpoint]
        if self._leaves_later_behind:
            now = self.loop.episodes
            later = [path for path in self.run.checkpoints() if (episode_of(path) or 0) > now]
            self._set_aside(
                [*later, *final, *self.run.newest_states()], f"before resuming {self.started_from}"
            )
        else:
            self._set_aside(final, "finished earlier")
        self._damaged, self._leaves_later_behind = [], False

    def _set_aside(self, paths: list[Path], reason: str) -> None:
        if any(path.exists() for path in paths):
            self.run.set_aside(paths, reason)

    def _compare_lock(self) -> None:
        """Note parts that come from other code than they did; options are compared elsewhere."""
        locked: list[LockedPart] = read_lock(self.run.parts_lock)
        self._notes += [difference.problem.what for difference in differences(locked, self._lock)]

    # Surprises -------------------------------------------------------------------------------

    def _meet(self, unknown: tuple[str, ...], audience: Audience) -> None:
        shown = " ".join(unknown)
        if self.config.training.unknown_character_strategy == "ignore":
            audience.note(
                f"new on the board: {shown} — not in character_set, so the learner sees an empty cell there "
                '(unknown_character_strategy = "extend" would make room for it)'
            )
        elif self._make_room_for(unknown):
            audience.note(
                f"new on the board: {shown} — added to character_set; what was learned so far is kept"
            )
        else:
            audience.note(f"new on the board: {shown} — no room can be made for it, so it is ignored")

    def _make_room_for(self, unknown: tuple[str, ...]) -> bool:
        """Add characters to what the learner can tell apart. False where it cannot be done."""
        metadata, old_spec = self.config.metadata, self.player.encoder.spec
        before = metadata.character_set
        known = [*before, *(character for character in unknown if len(character) == 1)][:MOST_CHARACTERS]
        if known == before:
            return False
        metadata.character_set = known
        encoder = build_encoder(self.config.encoder, metadata, self._fresh_game, self._plugins)
        codes = np.arange(256, dtype=np.uint8)
        if old_spec.outside:
            codes[old_spec.outside_code] = encoder.spec.outside_code
        if not self.player.learner.extend_characters(encoder.spec, codes):
            metadata.character_set = before
            return False
        self.player.encoder, self.player.characters = encoder, CharacterCodes(known)
        self.loop.extend_characters(codes, encoder, self.player.characters)
        edit_config(self.run.config, {"metadata": {"character_set": known}})
        return True

    def _describe(self, event: GameRaised) -> str:
        game = event.game
        what, where = self._blamed(game.error)
        turn = f"turn {game.turns + 1} of episode {event.episode}"
        again = (
            f"random.seed({game.seed}) before create_game() begins it again"
            if len(self.loop.games) == 1
            else f"the games began together with random.seed({game.seed}), {game.turns_since_seed} turns before"
        )
        return (
            f"{what} — in {turn}, seed {game.seed}"
            + (f", at {where}" if where else "")
            + f". The episode is over, the run goes on ({again})"
        )

    def _blamed(self, error: BaseException) -> tuple[str, str]:
        """What went wrong in a game, and the line of its own that did it."""
        if isinstance(error, RetroGamerError):
            return error.problem.what, error.problem.where
        return f"the game raised {in_words(error)}", where_raised(error, self._source)

    @property
    def _keeps_raising(self) -> bool:
        return self._errors_in_a_row >= min(MOST_ERRORS_IN_A_ROW, self.config.training.training_episodes)

    def _always_raises(self) -> GameError:
        what, where = self._blamed(self._last_error.game.error)
        return GameError(
            f"each of the last {self._errors_in_a_row} episodes ended with an error; in the last one, {what}",
            where=where or "outside the game's own files",
            why="there is nothing to learn from a game that cannot be played; all episodes before are saved",
            hint=f"mend the game, then go on with: retro-gamer train {self.run.path}",
        )


def _changed(was: dict[str, Any], now: dict[str, Any], sections: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The settings of these sections that are not what they were, as ``edit_config`` takes them."""
    changes = {
        section: {key: value for key, value in now[section].items() if was[section].get(key) != value}
        for section in sections
    }
    return {section: values for section, values in changes.items() if values}
