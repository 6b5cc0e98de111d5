"""What was learned, inside a game: look at the game, choose a key.

The policy only looks. It reads the game's characters directly and changes neither the game, its
position cache nor its random numbers, so several policies can share one game.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from retro_gamer_core.contracts import ask, play
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.observation import Observations, TimeSteps
from retro_gamer_core.playing.frames import Frame
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.exported import ExportedPolicy
from retro_gamer_core.policies.policy_file import find_policy_file

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from retro.game import Game

    from retro_gamer_core.plugins.registry import Plugins
    from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
    from retro_gamer_core.policies.player import Player


class TrainedPolicy:
    """What was learned in a run, ready to play.

    Args:
        run_dir: the run's directory; or a policy file that ``retro-gamer export`` made, as a path or as
            ``importlib.resources`` gives it.
        checkpoint: which checkpoint of the run to load, by name (``"best"``, ``"ep_0500"``), number or
            path; the newest when left out.
        plugins: where parts come from; the installed ones when left out.

    Everything is built as it was trained, whatever ``config.toml`` says by now. A policy file plays
    without torch.

    Attributes:
        path: the checkpoint or the policy file.
        game: the game it was trained on, as it was named then.
        metadata: what that game is.
        episode: episodes of training that are in it.
        max_turns: after so many turns its training stopped a game; None where a file does not say it.

    Raises:
        RunNotFound: no such run, checkpoint or file.
        CheckpointDamaged, PolicyFileRefused: the file cannot be read, or is not what it claims to be.
        CheckpointIncompatible: retro-gamer 0.4.0 or another program saved it.

    Example::

        ai = TrainedPolicy("runs/snake/")
        key = ai.get_action(game)         # "KEY_LEFT", …, or None to press nothing
    """

    def __init__(
        self,
        run_dir: str | Path | Traversable,
        checkpoint: str | Path | None = None,
        *,
        plugins: Plugins | None = None,
    ) -> None:
        trained = self._trained = _open(run_dir, checkpoint, plugins or installed_plugins())
        self.path = trained.path
        self.game = trained.game
        self.metadata = trained.metadata
        self.episode = trained.episode
        self.max_turns = trained.max_turns
        self._frame: Frame | None = None
        self._numbers: WeakKeyDictionary[Game, int] = WeakKeyDictionary()
        # For what plays by chance: its own, so that it moves nobody's.
        self._chance = np.random.default_rng(0)
        self._left: WeakKeyDictionary[Game, tuple[Any, dict[str, Any]]] = WeakKeyDictionary()

    @property
    def warnings(self) -> list[str]:
        """A sentence for each part whose code is another now than when it was trained."""
        return self._trained.warnings

    def get_action(self, game: Game, character: Any = None) -> str | None:
        """The key to press now, by the name it has in training, or None to press nothing.

        Args:
            game: what it looks at.
            character: the character of the game that it chooses for, where several look alike; the one
                that the game's description names as its player, when left out.

        Raises:
            GameError: this game has another board than the one it was trained on, or lacks what it observes.
        """
        player, seen = self._look(game, character)
        mask = ask(player.encoder, "action_mask", self._frame)
        began = game not in self._numbers
        number = self._numbers.setdefault(game, len(self._numbers))
        steps = TimeSteps(seen, np.array([number]), np.array([began]), None if mask is None else mask[None])
        return self.metadata.keys[int(play(player.learner, steps, self._chance)[0])]

    def q_values(self, game: Game, character: Any = None) -> np.ndarray:
        """How good each action looks in this game now: ``float32[n_actions]``, the last one "nothing"."""
        player, seen = self._look(game, character)
        return player.learner.q_values(seen)[0]

    def _look(self, game: Game, character: Any) -> tuple[Player, Observations]:
        player = self.player_in(game)
        frame = self._read(game, player, character)
        seen = Observations.empty(1, player.encoder.spec)
        player.encoder.encode(frame, seen.cells[0], seen.features[0])
        return player, seen

    def player_in(self, game: Game) -> Player:
        """What sees and chooses in a game like this one.

        Raises:
            GameError: this game lacks what it observes.
        """
        return self._trained.player_in(game)

    def _read(self, game: Game, player: Player, character: Any) -> Frame:
        frame = self._frame
        if frame is None:
            name = getattr(player.encoder, "player", None) or player.metadata.player
            frame = self._frame = Frame(
                player.metadata.board_size or game.board_size, player.characters, name
            )
        elif frame.game is not game:  # whoever plays several games in step comes back to this one
            self._left[frame.game] = frame.player, frame.memory
        frame.follow(character)
        if frame.game is game:
            frame.read()
        else:
            frame.begin(game, *self._left.get(game, ()))
        return frame


class PolicyInput:
    """An input source (see ``retro.input``) that lets a policy play in place of the keyboard.

    It presses what a person would press on this computer, where the environment may rename keys
    (``GameMetadata.key_variables``).

    Args:
        policy: what chooses: a ``TrainedPolicy``, or anything with a ``get_action(game)``.
        game: the game it looks at.

    Example::

        game.play(input_source=PolicyInput(ai, game))
    """

    def __init__(self, policy: TrainedPolicy, game: Game) -> None:
        from retro.input import ProgrammaticInput

        self._policy = policy
        self._game = game
        self._keys = ProgrammaticInput()
        metadata = getattr(policy, "metadata", None)
        self._pressed = dict(zip(metadata.keys, metadata.pressed, strict=True)) if metadata else {}

    def collect(self) -> set[Any]:
        """The key the policy chooses now, as the game expects it."""
        key = self._policy.get_action(self._game)
        self._keys.press(self._pressed.get(key, key))
        return self._keys.collect()


def _open(
    source: str | Path | Traversable, checkpoint: str | Path | None, plugins: Plugins
) -> ExportedPolicy | CheckpointPolicy:
    if not isinstance(source, (str, Path)):
        file = source
    elif (found := find_policy_file(source)) is not None:
        file = found
    else:
        # What reads a run reads its settings too, which a policy file does without.
        from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
        from retro_gamer_core.runs.run_directory import RunDirectory

        return CheckpointPolicy(RunDirectory.open(source), checkpoint, plugins)
    if checkpoint is not None:
        raise RetroGamerError(
            f"{file.name} is one policy, so there is no checkpoint {str(checkpoint)!r} in it",
            where=str(file),
            hint="leave the checkpoint out, or name the run's directory",
        )
    return ExportedPolicy(file, plugins)
