"""A trained learner inside a game: look at the game, choose a key.

The policy only looks. It reads the game's characters directly and changes neither the game, its
position cache nor its random numbers, so several policies can share one game.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration import config_from_sections, read_config
from retro_gamer_core.errors import GameError, RunNotFound
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.frames import Frame
from retro_gamer_core.playing.state_features import sizes_of
from retro_gamer_core.plugins.part_building import load_factory
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.parts_lock import LockedPart, differences, read_lock
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.assembly import Player, build_player, lock_parts
from retro_gamer_core.training.compatibility import check_own, misfit_explained

if TYPE_CHECKING:
    import numpy as np
    from retro.game import Game

    from retro_gamer_core.plugins.registry import Plugins


class TrainedPolicy:
    """What was learned in a run, ready to play.

    Args:
        run_dir: the run's directory.
        checkpoint: which one to load, by name (``"best"``, ``"ep_0500"``), number or path; the newest when
            left out.
        plugins: where parts come from; the installed ones when left out.

    Everything is built as the checkpoint says it was trained, whatever ``config.toml`` says by now.

    Raises:
        RunNotFound: no such run or checkpoint.
        CheckpointDamaged: the file cannot be read.
        CheckpointIncompatible: retro-gamer 0.4.0 or another program saved it.

    Example::

        ai = TrainedPolicy("runs/snake/")
        key = ai.get_action(game)         # "KEY_LEFT", …, or None to press nothing
    """

    def __init__(
        self, run_dir: str | Path, checkpoint: str | Path | None = None, *, plugins: Plugins | None = None
    ) -> None:
        self._run = RunDirectory.open(run_dir)
        self._plugins = plugins or installed_plugins()
        self.path = self._find(checkpoint)
        learner = self._plugins.find_part("learner", self._learner_name())
        self._progress = load_factory(learner).read_checkpoint(self.path)
        trained_as = self._progress.get("config_snapshot", {})
        check_own(trained_as, name=self.path.name)
        self.config = config_from_sections(trained_as, self._plugins, where=self.path.name)
        self._player: Player | None = None
        self._frame: Frame | None = None

    @property
    def episode(self) -> int:
        """Episodes played when the checkpoint was taken."""
        return self._progress["episode"]

    @property
    def warnings(self) -> list[str]:
        """A sentence for each part whose code is another now than when it was trained."""
        locked = [LockedPart(**part) for part in self._progress.get("parts_lock", [])]
        return [found.problem.what for found in differences(locked, lock_parts(self.config, self._plugins))]

    def get_action(self, game: Game) -> str | None:
        """The key to press now, or None to press nothing.

        Raises:
            GameError: this game has another board than the one it was trained on, or lacks what it observes.
        """
        metadata = self.config.metadata
        return metadata.keys[int(self.q_values(game).argmax())]

    def q_values(self, game: Game) -> np.ndarray:
        """How good each action looks in this game now: ``float32[n_actions]``, the last one "nothing"."""
        player = self.player_in(game)
        frame = self._read(game, player)
        seen = Observations.empty(1, player.encoder.spec)
        player.encoder.encode(frame, seen.cells[0], seen.features[0])
        return player.learner.q_values(seen)[0]

    def _find(self, checkpoint: str | Path | None) -> Path:
        if checkpoint is not None:
            return self._run.find_checkpoint(checkpoint)
        newest = self._run.newest_checkpoint()
        if newest is None:
            raise RunNotFound(
                f"{self._run.path} has no checkpoint yet",
                why="a checkpoint is what was learned so far, and nothing has been learned yet",
                hint=f"retro-gamer train {self._run.path}",
            )
        return newest

    def _learner_name(self) -> str:
        """Only the learner that wrote a checkpoint can read it, so its name must be known before."""
        locked = {part.kind: part.name for part in read_lock(self._run.parts_lock)}
        return locked.get("learner") or read_config(self._run.config, self._plugins).learner.name

    def player_in(self, game: Game) -> Player:
        """What sees and chooses, built at the first look, when there is a game to measure observed values on.

        Raises:
            GameError: this game lacks what it observes.
        """
        if self._player is None:
            metadata = self.config.metadata
            for key in metadata.observe_state:
                if key not in game.state:
                    raise GameError(
                        f"the state of this game has nothing called {key!r}",
                        why=f"{self.path.name} sees it, and learned what it means",
                        hint="let this game keep it in its state, as the game it was trained on does",
                    )
            metadata.observe_state_sizes = sizes_of(game.state, metadata.observe_state)
            self._player = build_player(self.config, metadata, lambda: game, self._plugins, device="cpu")
            with misfit_explained(self.path.name):
                self._player.learner.load_checkpoint(self.path)
        return self._player

    def _read(self, game: Game, player: Player) -> Frame:
        frame = self._frame
        if frame is None or frame.game is not game:
            name = getattr(player.encoder, "player", None) or player.metadata.player
            frame = self._frame = Frame(player.metadata.board_size, player.characters, name)
            frame.begin(game)
        else:
            frame.read()
        return frame


class PolicyInput:
    """An input source (see ``retro.input``) that lets a policy play in place of the keyboard.

    Args:
        policy: what chooses, such as a ``TrainedPolicy``.
        game: the game it looks at.

    Example::

        game.play(input_source=PolicyInput(ai, game))
    """

    def __init__(self, policy: TrainedPolicy, game: Game) -> None:
        from retro.input import ProgrammaticInput

        self._policy = policy
        self._game = game
        self._keys = ProgrammaticInput()

    def collect(self) -> set[Any]:
        """The key the policy chooses now, as the game expects it."""
        self._keys.press(self._policy.get_action(self._game))
        return self._keys.collect()
