"""What a game is, as far as learning goes: its keys, its reward, the characters on its board.

Pure data: nothing here imports a game, so that games can be described without being started.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from retro_gamer_core.errors import MetadataError, Problem
from retro_gamer_core.games.descriptions import Description, describe_module
from retro_gamer_core.games.key_names import keys_pressed_now
from retro_gamer_core.games.metadata_keys import METADATA_KEYS, DescribedGame, problems_in_description
from retro_gamer_core.runs.plain_values import is_number
from retro_gamer_core.suggestions import did_you_mean

if TYPE_CHECKING:
    from retro.game import Game

_NO_LONGER_NEEDED = ("extras_size",)  # 0.4.0 wrote it down; it is measured now
_KEPT_AS: dict[str, Callable[[Any], Any]] = {"str_list": list, "int_list": tuple, "table": dict}


@dataclass
class GameMetadata(DescribedGame):
    """The description of a game.

    Args:
        actions: names of the keys the learner may press, such as ``"KEY_UP"`` or ``"w"``.
        reward: the key of ``game.state`` whose change is the reward.
        character_set: the characters told apart on the board; None to discover them.
        spatial: whether the board is a picture.
        observe_state: keys of ``game.state`` seen beside the board.
        board_size: (width, height) in cells; None to ask the game.
        score: the key of ``game.state`` people keep score by; see ``score_key``.
        player: name of the character to follow; None for the one that listens to the keyboard.
        factory: ``"module:function"`` that makes a fresh game, where it is not ``create_game``.
        observation_function: ``"module:function"`` of the game's own way of seeing.
        reference_scores: scores to compare with, such as ``{"random": 3.8}``.
        key_variables: the environment variable that may rename the key of an action, such as
            ``{"KEY_UP": "RETRO_KEY_P1_UP"}``; see ``pressed``.
        winner: the key of ``game.state`` with the name of the character that has won; "" while nobody has.
        symmetries: mirror images in which the game goes on just as it does; see ``retro_gamer_core.symmetry``.
        directions: which way a key, a character or a number of the state points, where its name does not say it.
        observe_state_sizes: how many numbers each key of ``observe_state`` gives. Measured on a fresh
            game, so it is not part of the description.
    """

    observe_state_sizes: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def n_actions(self) -> int:
        """How many actions there are; the last one presses nothing."""
        return len(self.actions) + 1

    @property
    def keys(self) -> tuple[str | None, ...]:
        """The key of each action, in order; the last is None, which presses nothing."""
        return (*self.actions, None)

    @property
    def pressed(self) -> tuple[str | None, ...]:
        """What to press for each of ``keys`` on this computer, now: the environment may rename them.

        Raises:
            ProblemsFound: naming every variable of ``key_variables`` that holds no key.
        """
        return (*keys_pressed_now(self.actions, self.key_variables), None)

    def score_key(self, state: Mapping[str, Any]) -> str:
        """The key of ``state`` by which people keep score."""
        return self.score or ("score" if "score" in state else self.reward)

    def validate(self) -> None:
        """Check the description by itself.

        Raises:
            MetadataError: naming every problem.
        """
        values = {option.name: getattr(self, option.name) for option in METADATA_KEYS}
        _refuse(problems_in_description(values))

    @classmethod
    def from_dict(cls, d: Mapping[str, Any], where: str = "") -> Self:
        """The description in a table, checked. ``where`` says where the table stands, for messages.

        Raises:
            MetadataError: naming every problem, unknown keys included.
        """
        given = {key: value for key, value in d.items() if key not in _NO_LONGER_NEEDED}
        _refuse(problems_in_description(given, where))
        values = {key: value for key, value in given.items() if value is not None}
        for option in METADATA_KEYS:
            if option.name in values and option.type in _KEPT_AS:
                values[option.name] = _KEPT_AS[option.type](values[option.name])
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a TOML table; what was left out is left out again."""
        described = {option.name: getattr(self, option.name) for option in METADATA_KEYS}
        return {
            key: list(value) if isinstance(value, tuple) else copy(value)
            for key, value in described.items()
            if value or value is False
        }

    @classmethod
    def from_pyproject(cls, module_name: str) -> Self:
        """The description of the game in ``module_name``, such as ``"retro.examples.nav"``.

        It is looked for as ``descriptions`` says: in the ``pyproject.toml`` in or above the module's
        directory, and then among the descriptions that plugins carry.

        Raises:
            FileNotFoundError: there is no such module, or nothing describes it (``DescriptionNotFound``).
            ValueError: the description has problems (``MetadataError``).
        """
        description = describe_module(module_name)
        return cls.from_dict(description.values or {}, description.where)


def metadata_in(description: Description) -> GameMetadata | None:
    """What was found of a description, checked; None where nothing describes the game.

    Raises:
        MetadataError: naming every problem.
    """
    if description.values is None:
        return None
    return GameMetadata.from_dict(description.values, description.where)


def check_against_game(metadata: GameMetadata, game: Game) -> list[str]:
    """Check the description against a fresh game.

    Returns sentences worth telling: where the two differ and the game's own word counts.

    Raises:
        MetadataError: naming everything that the game does not have.
    """
    _refuse(problems_with_game(metadata, game))
    told, real = metadata.board_size, tuple(game.board_size)
    if told is None or tuple(told) == real:
        return []
    return [
        f"the description says that the board is {told[0]} × {told[1]}, but the game's board is "
        f"{real[0]} × {real[1]}; the game's own size is used"
    ]


def problems_with_game(metadata: GameMetadata, game: Game) -> list[Problem]:
    """Everything the description names that a fresh game does not have."""
    state, characters = game.state, game.agents_by_name
    named = [(role, getattr(metadata, role)) for role in ("reward", "score", "winner")]
    named += [("observe_state", key) for key in metadata.observe_state]
    problems = [_problem_with_key(role, key, state) for role, key in named if key is not None]
    for thing in metadata.directions:
        if not (len(thing) == 1 or thing in metadata.actions or thing.partition("[")[0] in state):
            what = f"directions: {thing!r} is no key, no character and no number of the game's state"
            hint = did_you_mean(thing, [*metadata.actions, *state])
            problems.append(Problem(what, "", "only these can point somewhere", hint, "not-in-state"))
    if metadata.player is not None and metadata.player not in characters:
        what = f"player: the game has no character named {metadata.player!r}"
        hint = did_you_mean(metadata.player, characters)
        problems.append(Problem(what, "", "the learner's view is centred on it", hint, "no-such-character"))
    return [problem for problem in problems if problem is not None]


def _problem_with_key(role: str, key: str, state: Mapping[str, Any]) -> Problem | None:
    if key not in state:
        what = f"{role}: the game's state has nothing called {key!r}"
        why = "it is looked up in the state of a fresh game, before the first turn"
        hint = did_you_mean(key, state) if state else f"give the game a state such as {{{key!r}: 0}}"
        return Problem(what, "", why, hint, "not-in-state")
    value = state[key]
    if role in ("reward", "score") and not is_number(value):
        what = f"{role} = {key!r}: in the game's state this is {value!r}, which is not a number"
        hint = did_you_mean(key, [other for other in state if is_number(state[other])])
        return Problem(what, "", "only a number can rise and fall", hint, "not-a-number")
    if role == "observe_state" and not _is_observable(value):
        what = f"observe_state: {key!r} is {value!r} in the game's state"
        why = "only a number, true or false, or a tuple of these can be given to a network"
        hint = f"take {key!r} out of observe_state, or let the game keep it as a number"
        return Problem(what, "", why, hint, "not-observable")
    return None


def _is_observable(value: Any) -> bool:
    return is_number(value) or (isinstance(value, tuple) and all(map(is_number, value)))


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        count = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise MetadataError(f"The description of the game has {count}:", problems)
