"""Copies of a running game that go their own way: what would come of another key?

A copy is made by pickling the game; by ``copy.deepcopy`` where that fails; and by playing the game again from its
seed where that fails too, or where a copy would not be the same game: one that keeps a set, whose order nobody can
copy, or a function that still means the original.
"""

from __future__ import annotations

import copy
import copyreg
import gc
import io
import pickle
import random
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.observation import Observations, ObservationSpec, TimeSteps
from retro_gamer_core.playing.chance import Chance
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.playing.frames import CharacterCodes
from retro_gamer_core.streams import stream_seed

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.contracts import Encoder, Frame
    from retro_gamer_core.games.metadata import GameMetadata

#: The generators behind the functions of ``random`` and of ``numpy.random``: a copy goes on drawing from them.
_EVERYBODYS = (random._inst, np.random.mtrand._rand)

#: What is drawn by making a copy.
_COPYING = Chance(0)

_OWN_GENERATORS = (random.Random, np.random.Generator, np.random.RandomState)
_SHARED = (
    type,
    ModuleType,
    FunctionType,
    weakref.ref,
    *{type(each) for each in (1, 1.0, "", b"", True, None)},
)


class ForkFailed(RetroGamerError):
    """This game cannot be copied, and how it came here is not known."""


class Fork:
    """A running game with chance of its own. Nothing that is done with it moves anybody else's.

    Made by ``begin``, ``fork``, or another one's ``fork`` and ``reseeded``.

    Attributes:
        turns: how many were played in it.
        seen: what its encoder sees now, one observation; of no cells where it has none.
    """

    def __init__(
        self, environment: GameEnvironment, chance: Chance, again: Callable[[], Fork] | None = None
    ) -> None:
        self.turns = 0
        self._environment, self._chance = environment, chance
        self._again = again
        self._actions: list[int] = []
        self._copies: _Copies | None = None
        self._copied_like: _Copies | None = None
        self.seen = Observations.empty(1, environment.spec)

    @property
    def game(self) -> Game:
        """The game as it stands now. Look, do not touch."""
        return self._environment.game

    @property
    def frame(self) -> Frame:
        """What can be seen of it now; see ``retro_gamer_core.contracts.Frame``. Look, do not touch."""
        return self._environment.frame

    @property
    def playing(self) -> bool:
        """Whether the game goes on."""
        return self._environment.playing

    def action_mask(self) -> np.ndarray | None:
        """The actions that are allowed now, ``bool[n_actions]``; None where its encoder does not say so."""
        return self._environment.action_mask()

    def step(self, action: int) -> float:
        """Play one turn with the key of this action number. Returns the reward.

        Whatever the game raises passes through.
        """
        self._copies = None
        self._actions.append(action)
        with self._chance:
            reward = self._environment.play_turn(action)
            self._look()
        self.turns += 1
        return reward

    def fork(self) -> Fork:
        """A copy that meets the same chance: with the same keys, the same happens in it.

        Raises:
            ForkFailed: it cannot be copied or played again.
        """
        past = self._past()
        if self._copies is None:
            with _COPYING:
                self._copies = _copies(self.game, may_be_inexact=past is None, like=self._copied_like)
        if self._copies is None:
            if past is None:
                raise ForkFailed(
                    "this game cannot be copied",
                    why="something in it can be neither pickled nor copied, or means the game it was made for",
                    hint="begin it from a seed: then a copy of it is played again from there",
                )
            return past()
        with _COPYING:
            game = self._copies.another()
            environment = self._environment.playing_on(game)
        other = Fork(environment, copy.copy(self._chance), past)
        other.seen, other._copied_like = self.seen.copy(), self._copies
        return other

    def reseeded(self, seed: int) -> Fork:
        """A copy whose chance from now on comes from ``seed``, so that it cannot see what will happen here.

        Generators of the game's own that are reached from it are seeded anew as well.
        """
        past = self._past()
        other = self.fork()
        other._reseed(seed, whether_own=self._copies is None or self._copies.has_generators)
        other._actions = []
        other._again = None if past is None else lambda: past().reseeded(seed)
        return other

    def _reseed(self, seed: int, *, whether_own: bool) -> None:
        self._chance = copy.copy(_chance_of(seed))
        if whether_own:
            own = [each for each in _reached(self.game) if isinstance(each, _OWN_GENERATORS)]
            for number, generator in enumerate(own):
                _seed_own(generator, stream_seed(seed, "forks", number))

    def _past(self) -> Callable[[], Fork] | None:
        """What plays the game again up to now."""
        if self._again is None:
            return None
        again, actions = self._again, tuple(self._actions)

        def play() -> Fork:
            other = again()
            for action in actions:
                other.step(action)
            return other

        return play

    def _look(self) -> None:
        self._environment.write_observation(self.seen.cells[0], self.seen.features[0])


def time_steps(games: Sequence[Fork], numbers: Sequence[int], *, began: bool) -> TimeSteps:
    """What is seen of these games now, for who chooses a key in all of them: game i has the number ``numbers[i]``."""
    seen = Observations(
        np.concatenate([each.seen.cells for each in games]),
        np.concatenate([each.seen.features for each in games]),
    )
    masks = [each.action_mask() for each in games]
    mask = None if masks[0] is None else np.array(masks, bool)
    return TimeSteps(seen, np.array(numbers), np.full(len(games), began), mask)


class _NothingSeen:
    """The encoder of whoever needs none."""

    spec = ObservationSpec(0, 0, ())

    def encode(self, frame: Any, cells: np.ndarray, features: np.ndarray) -> None: ...


@lru_cache(256)
def _chance_of(seed: int) -> Chance:
    """A chance that nobody draws from: to be copied, which takes a tenth of the time of making one."""
    return Chance(seed)


def of_evaluations(seed: int) -> Chance:
    """The chance of game 0 of ``play_games`` with this seed."""
    return Chance(seed, 0)


def begin(
    create_game: Callable[[], Game],
    metadata: GameMetadata,
    seed: int,
    *,
    encoder: Encoder | None = None,
    characters: CharacterCodes | None = None,
    chance: Callable[[int], Chance] = of_evaluations,
) -> Fork:
    """Begin game 0 of ``play_games`` with this ``seed``.

    Args:
        metadata: what the game is; complete.
        encoder: who looks at it each turn, where what is seen matters.
        characters: the codes that it sees, as in training; those of the metadata where left out.
        chance: what the seed begins; with ``seeded``, it is the game that ``retro-gamer play`` shows.
    """
    environment = _environment(create_game, metadata, encoder, characters)
    fork = Fork(
        environment,
        chance(seed),
        lambda: begin(create_game, metadata, seed, encoder=encoder, characters=characters, chance=chance),
    )
    with fork._chance:
        environment.begin_episode()
        fork._look()
    return fork


def fork(
    game: Game,
    chance: Chance,
    metadata: GameMetadata,
    *,
    encoder: Encoder | None = None,
    characters: CharacterCodes | None = None,
) -> Fork:
    """A copy of a game that somebody else plays, without playing it again from its seed.

    Args:
        chance: what that game draws from. Not inside its block.

    Raises:
        ForkFailed: it can be neither pickled nor copied.
    """

    def no_other_game() -> Game:
        raise RuntimeError("a fork makes no games")

    with _COPYING:
        copies = _copies(game, may_be_inexact=True)
        if copies is None:
            raise ForkFailed("this game cannot be copied", hint="record it, and fork a replay of it")
        environment = _environment(no_other_game, metadata, encoder, characters).playing_on(copies.another())
        other = Fork(environment, copy.copy(chance))
        other._look()
    return other


def _environment(
    create_game: Callable[[], Game],
    metadata: GameMetadata,
    encoder: Encoder | None,
    characters: CharacterCodes | None,
) -> GameEnvironment:
    codes = CharacterCodes(metadata.character_set or ())
    codes.update(characters or {})  # a copy: what is met here is no news to a training
    return GameEnvironment(create_game, metadata, encoder or _NothingSeen(), characters=codes)


class _Copies:
    """Makes copies of a game as it was, one after the other."""

    def __init__(self, make: Callable[[], Game]) -> None:
        self._make = make
        self.pickled = self.has_generators = True

    def another(self) -> Game:
        game = self._make()
        game.view = game.input_source = game.log_file = None  # a copy writes into no file of the student's
        return game


def _copies(game: Game, *, may_be_inexact: bool, like: _Copies | None = None) -> _Copies | None:
    """How to copy this game; None where it cannot be copied.

    A copy of a game, some turns later, is not looked through anew where pickling was good enough for the game it was
    copied from: that would take longer than all the rest.
    """
    apart = [game.view, game.input_source, *_EVERYBODYS]
    if like is not None and like.pickled:
        try:
            copies = _Copies(_by_pickling(game, apart))
            copies.has_generators = like.has_generators
            return copies
        except (Exception, SystemExit):
            pass
    for way in (_by_pickling, _by_deepcopy):
        try:
            copies = _Copies(way(game, apart))
            reached = list(_reached(copies.another()))
        except (Exception, SystemExit):
            continue
        if way is _by_deepcopy and any(map(_means_the_original, reached)):
            continue
        if not may_be_inexact and any(
            isinstance(each, (set, frozenset)) and len(each) > 1 for each in reached
        ):
            continue
        copies.pickled = way is _by_pickling
        copies.has_generators = any(isinstance(each, _OWN_GENERATORS) for each in reached)
        return copies
    return None


def _by_pickling(game: Game, apart: list[Any]) -> Callable[[], Game]:
    """Leaves out, by its number, whatever is not to be copied: what stands in ``apart``, and modules."""
    apart = [*apart]
    numbers = {id(each): number for number, each in enumerate(apart) if each is not None}

    def left_out(thing: Any) -> Any:
        if isinstance(thing, ModuleType) and id(thing) not in numbers:
            numbers[id(thing)] = len(apart)
            apart.append(thing)
        number = numbers.get(id(thing))
        return thing.__reduce_ex__(pickle.HIGHEST_PROTOCOL) if number is None else (_left_out, (number,))

    file = io.BytesIO()
    pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
    # Asked for these types only: a ``persistent_id``, asked for each thing, takes longer than all the rest.
    pickler.dispatch_table = {
        **copyreg.dispatch_table,
        **dict.fromkeys([ModuleType, *{type(each) for each in apart if each is not None}], left_out),
    }
    pickler.dump(game)
    pickled = file.getvalue()

    def load() -> Game:
        before, _LEFT_OUT[:] = [*_LEFT_OUT], apart
        try:
            return pickle.loads(pickled)
        finally:
            _LEFT_OUT[:] = before

    return load


#: What is left out of the copy that is being made.
_LEFT_OUT: list[Any] = []


def _left_out(number: int) -> Any:
    return _LEFT_OUT[number]


def _by_deepcopy(game: Game, apart: list[Any]) -> Callable[[], Game]:
    def duplicate(of: Game) -> Game:
        return copy.deepcopy(of, {id(each): each for each in apart if each is not None})

    kept = duplicate(game)  # for the game goes on
    return lambda: duplicate(kept)


def _reached(game: Game) -> Iterator[Any]:
    """All that a game is made of, in the same order for the same game."""
    seen, waiting = {id(each) for each in _EVERYBODYS}, [game]
    while waiting:
        thing = waiting.pop()
        if id(thing) not in seen:
            seen.add(id(thing))
            yield thing
            if not isinstance(thing, _SHARED):
                waiting.extend(gc.get_referents(thing))


def _means_the_original(thing: Any) -> bool:
    """Whether ``deepcopy``, which copies no functions, left a way back to the game it copied."""
    if isinstance(thing, FunctionType):
        return any(not isinstance(cell.cell_contents, type) for cell in thing.__closure__ or ())
    if isinstance(thing, BuiltinFunctionType):
        owner = thing.__self__
        return not (owner is None or isinstance(owner, (type, ModuleType)) or owner in _EVERYBODYS)
    return isinstance(thing, weakref.ref)


def _seed_own(generator: Any, seed: int) -> None:
    if isinstance(generator, np.random.Generator):
        generator.bit_generator.state = type(generator.bit_generator)(seed).state
    else:
        generator.seed(seed)
