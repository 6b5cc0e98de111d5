"""One game, turned by key presses: the boundary between retro-gamer and retro-games.

People step it with ``reset`` / ``step`` / ``observe`` and get the documented flat vector. The
training loop uses ``begin_episode`` / ``play_turn`` / ``write_observation`` underneath, which
build no vector, no string and no dictionary a turn.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy, deepcopy
from functools import partial
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.contracts import ask
from retro_gamer_core.errors import GameError, PluginError, RetroGamerError
from retro_gamer_core.games.console_screen import console_note
from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.games.metadata import GameMetadata, check_against_game
from retro_gamer_core.observation import Observations, ObservationSpec, one_hot
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.frames import CharacterCodes, Frame
from retro_gamer_core.playing.key_presses import KeyPresses
from retro_gamer_core.playing.random_play import discover_characters
from retro_gamer_core.playing.state_features import sizes_of
from retro_gamer_core.plugins.blame import of_plugin
from retro_gamer_core.plugins.diagnosis import in_words, last_line_in
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.plain_values import number
from retro_gamer_core.suggestions import did_you_mean

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.contracts import Encoder, Wrapper

#: Learning computes in 32 bits, where the square of more than this, a few times over, is infinite.
LARGEST_REWARD = 1e15


class GameEnvironment:
    """Plays episodes of one game.

    Args:
        create_game: makes a fresh game each time it is called.
        metadata: what the game is. What it leaves open (board size, size of observed state
            values) is filled in from a fresh game; a missing character set is discovered by
            ``reset``, or by ``complete_metadata`` before.
        encoder: what the learner sees; the whole board, one-hot, when left out.
        characters: the character codes, shared by all environments of one training.
        wrappers: what stands round the game, by name, shared by all environments of one training.

    Raises:
        MetadataError: the description does not fit the game.
        GameError: the game's own code failed.
    """

    def __init__(
        self,
        create_game: Callable[[], Game],
        metadata: GameMetadata,
        encoder: Encoder | None = None,
        *,
        characters: CharacterCodes | None = None,
        wrappers: Mapping[str, Wrapper] = MappingProxyType({}),
    ) -> None:
        self.wrappers = wrappers
        self.create_game = create_game
        self.metadata = metadata
        self.game: Game | None = None
        self._encoder = encoder
        self._characters = characters
        self._keys = KeyPresses(metadata.pressed)
        self._action_of_key = {key: action for action, key in enumerate(metadata.keys)}
        self._frame: Frame | None = None
        self._reward_key = metadata.reward
        self._previous_reward = 0.0

    # What people use -----------------------------------------------------------------------

    @property
    def spec(self) -> ObservationSpec:
        """Shape and meaning of an observation."""
        return self._get_encoder().spec

    def reset(self) -> np.ndarray:
        """Begin a fresh game. Returns the first observation, ``float32[spec.n_inputs]``."""
        self._get_encoder()
        self.begin_episode()
        return self.observe()

    def step(self, action: str | None) -> tuple[np.ndarray, float, bool]:
        """Take ``action`` (a name from the description, or None for nothing) for one turn.

        Returns ``(observation, reward, done)``: the reward is the change of the reward key in
        this turn; ``done`` says that the game is over.

        Raises:
            GameError: no game is running, or the key is not one of the actions.
        """
        if self.game is None:
            raise _not_begun()
        if not self.game.playing:
            raise GameError("this game is over", hint="call reset() to begin another")
        if action not in self._action_of_key:
            raise GameError(
                f"{action!r} is not one of this game's actions",
                hint=did_you_mean(str(action), self.metadata.actions) + "; None presses nothing",
            )
        reward = self.play_turn(self._action_of_key[action])
        return self.observe(), reward, not self.playing

    def observe(self) -> np.ndarray:
        """The current observation, ``float32[spec.n_inputs]``, without a turn being played."""
        if self._frame is None:
            raise _not_begun()
        one = Observations.empty(1, self.spec)
        self._frame.read()
        self.write_observation(one.cells[0], one.features[0])
        return one_hot(one.cells[0], one.features[0], self.spec)

    # What the training loop uses -----------------------------------------------------------

    def begin_episode(self) -> None:
        """Make and start a fresh game."""
        create_game = self.create_game
        for wrapper in self.wrappers.values():
            if hasattr(wrapper, "make"):
                create_game = partial(wrapper.make, create_game)
        game = fresh_game(create_game)
        game.input_source = self._keys
        game.view = None
        game.start()
        self._turn_to(game)

    def playing_on(self, game: Game) -> GameEnvironment:
        """Another environment like this one, for a copy of its game that goes its own way from here."""
        other = copy(self)
        other._get_characters()
        other._keys, other._frame, other.wrappers = self._keys.another(), None, MappingProxyType({})
        game.input_source, game.view = other._keys, None
        frame = self._frame
        other._turn_to(game, *(() if frame is None else (frame.player, deepcopy(frame.memory))))
        return other

    def _turn_to(self, game: Game, *seen_before: Any) -> None:
        if self._frame is None:
            self._frame = self._new_frame(game)
        self._frame.begin(game, *seen_before)
        self.game = game
        self._previous_reward = self._plain_total(game.state.get(self._reward_key))
        for wrapper in self.wrappers.values():
            with _blamed_on("wrapper", wrapper):
                ask(wrapper, "begin", self._frame)

    def play_turn(self, action: int) -> float:
        """Press the key of ``action`` for one turn and read the board. Returns the reward.

        Whatever the game raises passes through.
        """
        game, frame = self.game, self._frame
        if game is None or frame is None:
            raise _not_begun()
        self._keys.press(action)
        game.step()
        frame.read()
        total = game.state.get(self._reward_key)
        if type(total) is not int and type(total) is not float:
            total = self._plain_total(total)
        try:
            reward = float(total - self._previous_reward)
        except OverflowError:  # more digits than a float can hold
            reward = inf
        if not -LARGEST_REWARD <= reward <= LARGEST_REWARD:
            raise self._no_reward(total)
        self._previous_reward = total
        return reward

    def wrapped(self, reward: float, action: int) -> float:
        """What is learned from in place of the reward of this turn.

        Raises:
            PluginError: a wrapper's own code failed, or gave no ordinary number.
        """
        frame, key = self._frame, self.metadata.keys[action]
        if frame is None:
            raise _not_begun()
        for name, wrapper in self.wrappers.items():
            with _blamed_on("wrapper", wrapper):
                reward = float(wrapper.reward(frame, reward, key))
            if not -LARGEST_REWARD <= reward <= LARGEST_REWARD:
                raise PluginError(
                    f"the wrapper {name} made {reward!r} of a reward",
                    where=type(wrapper).__module__,
                    why="one reward that is not an ordinary number would spoil everything learned so far",
                    hint="look for a division by zero, or a number that doubles each turn",
                )
        return reward

    def _plain_total(self, total: object) -> int | float:
        """The value of the reward key as Python's own number, before anything is reckoned with it.

        Numpy's whole numbers wrap around, and its fractions could not be read back from a checkpoint.
        """
        plain = number(total)
        if plain is None:
            raise self._no_reward(total)
        return plain

    def _no_reward(self, total: object) -> GameError:
        try:
            shown = f"{total!r:.80}"
        except Exception:  # a number of more digits than Python writes out, or an object that cannot be shown
            shown = f"a {type(total).__name__} that cannot be shown"
        return GameError(
            f'state["{self._reward_key}"] became {shown}, from which no reward can be told',
            where=f'reward = "{self._reward_key}"',
            why="one reward that is not an ordinary number would spoil everything learned so far",
            hint="let the game keep a number there, always; look for a division by zero, or one that doubles each turn",
        )

    @property
    def playing(self) -> bool:
        """Whether the game goes on."""
        return self.game is not None and self.game.playing

    @property
    def frame(self) -> Frame:
        """What the encoder is shown of the running game. It is read again each turn."""
        if self._frame is None:
            raise _not_begun()
        return self._frame

    @property
    def memory(self) -> dict[str, Any]:
        """What the encoder and the wrappers remember of the running game."""
        return {} if self._frame is None else self._frame.memory

    def write_observation(self, cells: np.ndarray, features: np.ndarray) -> None:
        """Write what is seen now: ``cells: uint8[h, w]``, ``features: float32[f]``.

        Raises:
            RetroGamerError: the encoder cannot see this game.
            PluginError: the encoder's own code failed.
        """
        encoder, frame = self._encoder, self._frame
        if encoder is None or frame is None:
            raise _not_begun()
        try:
            encoder.encode(frame, cells, features)
        except RetroGamerError:
            raise
        except Exception as error:
            raise _failed("encoder", encoder, error) from error

    def action_mask(self) -> np.ndarray | None:
        """The actions that are allowed now, ``bool[n_actions]``; None where the encoder does not say so.

        Raises:
            PluginError: the encoder's own code failed.
        """
        with _blamed_on("encoder", self._encoder):
            return ask(self._encoder, "action_mask", self._frame)

    def check_observation(self, cells: np.ndarray, features: np.ndarray) -> None:
        """Refuse what no network can take. Too dear for every turn; the first of an episode will do.

        Raises:
            PluginError: the encoder wrote codes that its spec does not have, or features that are no numbers.
        """
        encoder, spec = self._get_encoder(), self.spec
        problem = ""
        if cells.size and cells.max() >= spec.n_codes:
            problem = (
                f"it wrote the code {cells.max()} into a cell, and its spec has codes 0 to {spec.n_codes - 1}"
            )
        elif not np.isfinite(features).all():
            name = spec.features[int(np.argmin(np.isfinite(features)))]
            problem = f"its feature {name!r} is not an ordinary number"
        if problem:
            raise PluginError(
                f"the encoder {type(encoder).__name__} cannot be used: {problem}",
                where=type(encoder).__module__,
                why="a network has a place for each code and each number of the spec, and for nothing else",
                hint="write every cell and every feature in encode, each within the spec",
            )

    def change_encoder(
        self, encoder: Encoder, characters: CharacterCodes, memory: dict[str, Any] | None = None
    ) -> None:
        """See with another encoder and other character codes from now on; ``memory`` is what it remembers."""
        self._encoder = encoder
        self._characters = characters
        if self.game is not None:
            self._frame = self._new_frame(self.game)
            self._frame.begin(self.game, memory=memory)

    def _new_frame(self, game: Game) -> Frame:
        player = getattr(self._get_encoder(), "player", None) or self.metadata.player
        return Frame(self.metadata.board_size or game.board_size, self._get_characters(), player)

    def _get_encoder(self) -> Encoder:
        if self._encoder is None:
            complete_metadata(self.metadata, self.create_game)
            plugins = installed_plugins()
            self._encoder = plugins.build(plugins.find_part("encoder", "one_hot"), metadata=self.metadata)
        return self._encoder

    def _get_characters(self) -> CharacterCodes:
        if self._characters is None:
            self._get_encoder()
            self._characters = CharacterCodes(self.metadata.character_set or ())
        return self._characters


def complete_metadata(
    metadata: GameMetadata,
    create_game: Callable[[], Game],
    *,
    exploration_turns: int = 200,
    rng: random.Random | None = None,
    chance: Chance | None = None,
) -> list[str]:
    """Fill in what the description leaves open, from the game itself; check the rest against it.

    Board size and sizes of observed state values come from a fresh game, a missing character set
    from ``exploration_turns`` random turns, whose keys are drawn from ``rng`` and whose games draw from
    ``chance``. Returns a sentence for each thing found out, the same ones each time.

    Raises:
        MetadataError: the description does not fit the game.
    """
    found: list[str] = []
    with chance or Chance(0):
        game = fresh_game(create_game)
        check_against_game(metadata, game)
        if note := console_note(game):
            found.append(note)
        metadata.board_size = tuple(game.board_size)
        metadata.observe_state_sizes = sizes_of(game.state, metadata.observe_state)
        if metadata.character_set is None:
            metadata.character_set = discover_characters(
                create_game, metadata, exploration_turns, rng or random.Random(0)
            )
            found.append(
                f"the description names no characters, so {exploration_turns} random turns were played to see "
                f"which there are: {' '.join(metadata.character_set) or 'none'}"
            )
    return found


def _not_begun() -> GameError:
    return GameError("no game has been started", hint="call reset() first")


@contextmanager
def _blamed_on(kind: str, part: object) -> Iterator[None]:
    """What goes wrong meanwhile is told as a fault of this part."""
    try:
        yield
    except RetroGamerError:
        raise
    except Exception as error:
        raise _failed(kind, part, error) from error


def _failed(kind: str, part: object, error: Exception) -> PluginError:
    name, module = type(part).__name__, type(part).__module__
    return PluginError(
        f"the {kind} {name}{of_plugin(module, installed_plugins())} failed: {in_words(error)}",
        where=last_line_in(module, error),
        hint="correct that line, then type the same command again",
    )
