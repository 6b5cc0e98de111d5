"""Trains one run: puts its parts together, goes on where it stopped, and loses nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.assembly import build_encoder, build_loop, build_player, lock_parts
from retro_gamer_core.atomic_files import replace_file
from retro_gamer_core.audience import Audience
from retro_gamer_core.checkpoint_averages import CheckpointAverages
from retro_gamer_core.compatibility import check_compatible, memory_still_fits, only_added_characters
from retro_gamer_core.configuration import edit_config
from retro_gamer_core.environment import complete_metadata
from retro_gamer_core.errors import CheckpointDamaged, GameError
from retro_gamer_core.events import EpisodeFinished, Outcome, RunInfo
from retro_gamer_core.frames import CharacterCodes
from retro_gamer_core.game_tracebacks import where_raised
from retro_gamer_core.games import fresh_game
from retro_gamer_core.interrupts import StopRequest
from retro_gamer_core.parts_lock import LockedPart, differences, read_lock, write_lock
from retro_gamer_core.run_directory import RunDirectory, episode_of
from retro_gamer_core.saved_state import read_state, write_state
from retro_gamer_core.training_loop import GameRaised, NewCharacters

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.contracts import Logger
    from retro_gamer_core.plugins import Plugins

#: A killed process loses at most about this much work: seconds between two saved states.
SECONDS_BETWEEN_STATES = 30.0

#: A run in which every one of so many episodes in a row ended with an error is stopped.
MOST_ERRORS_IN_A_ROW = 20


class Trainer:
    """Trains the run in a directory.

    Args:
        run: the directory; it must hold ``config.toml``.
        config: what that file says. Its metadata is completed from the game (board size, and a
            character set that has to be discovered).
        create_game: makes a fresh game.
        plugins: where parts come from.
        source: the directory of the game's own files, to name the student's line when it raises.

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
    ) -> None:
        self.run = run
        self.config = config
        self._create_game = create_game
        self._plugins = plugins
        self._source = source
        seed = config.training.seed or 0
        random.seed(int(np.random.SeedSequence([seed, 3]).generate_state(1)[0]))
        described = config.metadata.to_dict()
        self._choices = complete_metadata(
            config.metadata,
            create_game,
            exploration_turns=config.training.exploration_turns,
            rng=random.Random(seed),
        )
        self._found_out = {
            key: value for key, value in config.metadata.to_dict().items() if described.get(key) != value
        }
        self._build()
        self._loggers: dict[str, Logger] = {
            choice.name: plugins.build(plugins.find_part("logger", choice.name), run.path, **choice.options)
            for choice in config.loggers
        }
        self._lock = lock_parts(config, plugins)
        self._averages = CheckpointAverages()
        self._seconds = 0.0
        self._errors_in_a_row = 0
        self.started_from: str | None = None
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
        self._check(progress["config_snapshot"], path.name)
        self.player.learner.load_checkpoint(path)
        self.loop.continue_with_empty_memory(turns=progress["total_steps"], episodes=progress["episode"])
        self._seconds = progress["total_training_seconds"]
        self.started_from = path.name
        self._notes.append(
            f"going on from {path.name}: a checkpoint holds what was learned but no memories, so the next "
            f"{self.config.training.learning_starts:,} turns are only watched"
        )

    def load_newest(self) -> bool:
        """Go on from the newest saved state, else from the newest checkpoint. False if there is neither.

        A damaged file is passed over with a note, and the one before it is taken.

        Raises:
            CheckpointIncompatible: the configuration has changed too much.
        """
        for path in self.run.newest_states():
            try:
                state = read_state(path)
            except CheckpointDamaged as error:
                self._notes.append(f"{error.problem.what}; trying the one before it")
                continue
            self._take(state, path)
            return True
        for path in reversed(self.run.checkpoints()):
            try:
                self.load_checkpoint(path)
            except CheckpointDamaged as error:
                self._notes.append(f"{error.problem.what}; trying the one before it")
                continue
            return True
        return False

    def _check(self, was: dict[str, Any], name: str) -> None:
        """Refuse what does not fit; take back characters that were added since, if that is the only change."""
        now = self.config.to_sections()
        extends = self.config.training.unknown_character_strategy == "extend"
        if extends and only_added_characters(was, now):
            self.config.metadata.character_set = list(was["metadata"]["character_set"])
            self._build()
            now = self.config.to_sections()
        check_compatible(was, now, name=name, run=str(self.run.path))

    def _take(self, state: dict[str, Any], path: Path) -> None:
        self._check(state["config"], path.name)
        self.started_from = path.name
        self._seconds = state["seconds"]
        self._averages = CheckpointAverages(**state["averages"])
        if memory_still_fits(state["config"], self.config.to_sections()):
            if not self.loop.load_state_dict(state["loop"]):
                self._notes.append(
                    "the running games could not be played again the same, so fresh ones have begun: this game "
                    "depends on more than Python's random (the time, a file, a generator of its own)"
                )
            for name, logger in self._loggers.items():
                if name in state["loggers"]:
                    logger.load_state_dict(state["loggers"][name])
        else:
            self.player.learner.load_state_dict(state["loop"]["learner"])
            self.loop.continue_with_empty_memory(
                turns=state["loop"]["turns"], episodes=state["loop"]["episodes"]
            )
            self._notes.append(
                "the memory or the games are set up differently now, so what was learned is kept and what was "
                "remembered is not"
            )

    # Training --------------------------------------------------------------------------------

    def train(self, listeners: Iterable[Logger] = (), stop: StopRequest | None = None) -> Outcome:
        """Play and learn until all episodes are played or somebody asks to stop. Saves before it returns.

        Raises:
            RunBusy: another process is training this run.
            GameError: the game fails every time; everything up to then is saved.
        """
        stop = stop or StopRequest()
        with self.run.hold():
            self._make_room()
            audience = self._begin(listeners)
            outcome: Outcome | None = None
            try:
                outcome = self._play(audience, stop)
            except BaseException:
                outcome = self._outcome("failed")
                raise
            finally:
                audience.training_finished(outcome)
        return outcome

    def _begin(self, listeners: Iterable[Logger]) -> Audience:
        if self._found_out:
            edit_config(self.run.config, {"metadata": self._found_out})
            self._found_out = {}
        self._compare_lock()
        write_lock(self.run.parts_lock, self._lock)
        info = RunInfo(self.run.path, self.config.game, self.config.training.seed or 0)
        audience = Audience(info, self._loggers, self._plugins, listeners)
        audience.training_started(self.explain())
        if self.started_from:
            audience.note(f"resumed from {self.started_from}, after episode {self.loop.episodes}")
        for note in self._notes:
            audience.note(note)
        self._notes.clear()
        return audience

    def _play(self, audience: Audience, stop: StopRequest) -> Outcome:
        settings = self.config.training
        self._session_began = perf_counter() - self._seconds
        self._checkpoint_began = perf_counter()
        self._save_state(audience)
        last: EpisodeFinished | None = None
        for event in self.loop.play(settings.training_episodes):
            if event is None:
                if stop.asked or self.finished:
                    break
                if perf_counter() - self._state_saved > SECONDS_BETWEEN_STATES:
                    self._save_state(audience)
            elif isinstance(event, EpisodeFinished):
                last = event
                self._count_error(event)
                self._averages.add(event)
                audience.episode_finished(event)
                if event.number % settings.checkpoint_every == 0:
                    self._save_checkpoint(self.run.checkpoint_path(event.number), event, audience)
            elif isinstance(event, GameRaised):
                audience.note(self._describe(event))
                self._last_error = event
            elif isinstance(event, NewCharacters):
                self._meet(event.characters, audience)
            if self._errors_in_a_row >= MOST_ERRORS_IN_A_ROW:
                break
        self._save_last(last, audience)
        self._save_state(audience)
        if self._errors_in_a_row >= MOST_ERRORS_IN_A_ROW:
            raise self._always_raises()
        return self._outcome("finished" if self.finished else "interrupted")

    def _outcome(self, reason: Any) -> Outcome:
        return Outcome(reason, self.loop.episodes, self.loop.turns, self._elapsed())

    def _elapsed(self) -> float:
        return perf_counter() - self._session_began if hasattr(self, "_session_began") else self._seconds

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

    def _save_checkpoint(self, path: Path, last: EpisodeFinished, audience: Audience) -> None:
        self._write_checkpoint(path, last.number)
        now = perf_counter()
        saved = self._averages.checkpoint(
            path, last, seconds=now - self._checkpoint_began, total_seconds=self._elapsed()
        )
        self._averages = CheckpointAverages()
        self._checkpoint_began = now
        audience.checkpoint_saved(saved)

    def _save_last(self, last: EpisodeFinished | None, audience: Audience) -> None:
        """Leave a checkpoint of where training stopped, so that there is something to play."""
        if self.finished:
            self._write_checkpoint(self.run.final_checkpoint, self.loop.episodes)
        elif last is not None and not self.run.checkpoint_path(last.number).exists():
            self._write_checkpoint(self.run.checkpoint_path(last.number), last.number)

    def _write_checkpoint(self, path: Path, episode: int) -> None:
        progress = {
            "episode": episode,
            "total_steps": self.loop.turns,
            "total_training_seconds": self._elapsed(),
            "config_snapshot": self.config.to_sections(),
            "parts_lock": [asdict(part) for part in self._lock],
        }
        replace_file(path, lambda temporary: self.player.learner.save_checkpoint(temporary, progress))

    def _make_room(self) -> None:
        """Nothing that was saved before is written over: move what belongs to another future aside."""
        final = self.run.final_checkpoint
        if final.is_file() and not self.finished:
            episode = self.player.learner.read_checkpoint(final)["episode"]
            numbered = self.run.checkpoint_path(episode)
            if numbered.exists():
                self.run.set_aside([final], "finished earlier")
            else:
                final.rename(numbered)
        if self.started_from and self.started_from.endswith(".pt"):
            later = [path for path in self.run.checkpoints() if (episode_of(path) or 0) > self.loop.episodes]
            if later or self.run.newest_states():
                self.run.set_aside(
                    [*later, *self.run.newest_states()], f"before resuming {self.started_from}"
                )

    def _compare_lock(self) -> None:
        """Note parts that come from other code than they did; options are compared elsewhere."""
        locked: list[LockedPart] = read_lock(self.run.parts_lock)
        self._notes += [difference.problem.what for difference in differences(locked, self._lock)]

    # Surprises -------------------------------------------------------------------------------

    def _meet(self, unknown: tuple[str, ...], audience: Audience) -> None:
        shown = " ".join(unknown)
        metadata = self.config.metadata
        if self.config.training.unknown_character_strategy == "ignore":
            audience.note(
                f"new on the board: {shown} — not in character_set, so the learner sees an empty cell there "
                '(unknown_character_strategy = "extend" would make room for it)'
            )
            return
        old_spec = self.player.encoder.spec
        known = [*metadata.character_set, *(character for character in unknown if len(character) == 1)]
        metadata.character_set = known
        encoder = build_encoder(self.config.encoder, metadata, self._fresh_game, self._plugins)
        codes = np.arange(256, dtype=np.uint8)
        if old_spec.outside:
            codes[old_spec.outside_code] = encoder.spec.outside_code
        if not self.player.learner.extend_characters(encoder.spec, codes):
            metadata.character_set = known[: len(old_spec.characters)]
            audience.note(
                f"new on the board: {shown} — this network cannot make room for it, so it is ignored"
            )
            return
        self.player.encoder, self.player.characters = encoder, CharacterCodes(known)
        self.loop.extend_characters(codes, encoder, self.player.characters)
        edit_config(self.run.config, {"metadata": {"character_set": known}})
        audience.note(f"new on the board: {shown} — added to character_set; what was learned so far is kept")

    def _describe(self, event: GameRaised) -> str:
        game, error = event.game, event.game.error
        where = where_raised(error, self._source)
        turn = f"turn {game.turns + 1} of episode {event.episode}"
        again = (
            f"random.seed({game.seed}) before the episode begins it again"
            if len(self.loop.games) == 1
            else f"the games began together with random.seed({game.seed}), {game.turns_since_seed} turns before"
        )
        return (
            f"the game raised {type(error).__name__}: {error} — in {turn}, seed {game.seed}"
            + (f", at {where}" if where else "")
            + f". The episode is over, the run goes on ({again})"
        )

    def _count_error(self, episode: EpisodeFinished) -> None:
        self._errors_in_a_row = self._errors_in_a_row + 1 if episode.ended == "error" else 0

    def _always_raises(self) -> GameError:
        event = self._last_error
        return GameError(
            f"the game raised an error in each of the last {MOST_ERRORS_IN_A_ROW} episodes; the last was "
            f"{type(event.game.error).__name__}: {event.game.error}",
            where=where_raised(event.game.error, self._source) or "outside the game's own files",
            why="there is nothing to learn from a game that cannot be played; all episodes before are saved",
            hint=f"mend the game, then go on with: retro-gamer train {self.run.path}",
        )
