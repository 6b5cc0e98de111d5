"""The keys of a ``[tool.retro-gamer]`` table, which describes a game: what each means, and what can be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from retro_gamer_core.errors import Problem
from retro_gamer_core.games.key_names import is_key, likely_key
from retro_gamer_core.options import Option, Setting, settings_of
from retro_gamer_core.runs.plain_values import number
from retro_gamer_core.suggestions import did_you_mean


@dataclass
class DescribedGame:
    """One field for each key. ``GameMetadata`` is what can be done with them."""

    actions: Annotated[
        list[str],
        Option(
            "The keys the learner may press; pressing none is always possible too.",
            hint='["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]',
            allow_empty=False,
        ),
    ]
    reward: Annotated[
        str,
        Option(
            "The value in the game's state that the learner tries to raise; its change in a turn is the turn's "
            "reward.",
            hint='"score"',
        ),
    ]
    character_set: Annotated[
        list[str] | None,
        Option(
            "The characters that are told apart on the board; any other looks like an empty cell. Left out, "
            "they are found by playing some random turns.",
            hint='["@", "*"]',
            allow_empty=False,
        ),
    ] = None
    spatial: Annotated[
        bool, Option("Whether the board is a picture, in which it matters what is next to what.")
    ] = True
    observe_state: Annotated[
        list[str],
        Option(
            "Numbers in the game's state that the learner sees beside the board.", hint='["lives", "level"]'
        ),
    ] = field(default_factory=list)
    board_size: Annotated[
        tuple[int, int] | None,
        Option(
            "Width and height of the board in cells. Left out, it is read from the game.",
            low=1,
            hint="[32, 16]",
            allow_empty=False,
        ),
    ] = None
    score: Annotated[
        str | None,
        Option(
            'The value in the game\'s state by which people keep score; left out, "score" where there is one.',
            hint='"score"',
        ),
    ] = None
    player: Annotated[
        str | None,
        Option(
            "The name of the character to follow; left out, the one that listens to the keyboard.",
            hint='"Snake head"',
        ),
    ] = None
    factory: Annotated[
        str | None,
        Option(
            "The function that makes a fresh game, where it is not called create_game.",
            hint='"my_game:create_game"',
        ),
    ] = None
    observation_function: Annotated[
        str | None,
        Option(
            "A function of your own that turns a game into the numbers the learner sees.",
            hint='"my_game:observe"',
        ),
    ] = None
    reference_scores: Annotated[
        dict[str, float],
        Option("Scores to compare with, by the name of who reached them.", hint="{ random = 3.8, me = 120 }"),
    ] = field(default_factory=dict)
    key_variables: Annotated[
        dict[str, str],
        Option(
            "For an action whose key an environment variable may change, as on the retro arcade, the name of that "
            "variable. The game must read the same one.",
            hint='{ KEY_UP = "RETRO_KEY_P1_UP" }',
        ),
    ] = field(default_factory=dict)
    winner: Annotated[
        str | None,
        Option(
            "For a game of two sides, the value in the game's state that holds the name of the character that has won, "
            'and "" while nobody has; a game that ends with "" is drawn.',
            hint='"winner"',
        ),
    ] = None


METADATA_KEYS = settings_of(DescribedGame)
REQUIRED_KEYS = tuple(key.name for key in METADATA_KEYS if key.required)

BLANK = " "
MOST_CHARACTERS = 250
"""A cell's code is one byte, and a few codes are kept for emptiness and what is outside the board."""


def problems_in_description(values: Mapping[str, Any], where: str = "") -> list[Problem]:
    """Every problem of a ``[tool.retro-gamer]`` table by itself; ``where`` says where it stands."""
    known = {option.name: option for option in METADATA_KEYS}
    problems = [_unknown(key, known) for key in values if key not in known]
    sound: dict[str, Any] = {}
    for name, option in known.items():
        found = _problems_of_one(option, values)
        problems += found
        if name in values and not found:
            sound[name] = values[name]
    problems += [*_rewarded_and_observed(sound), *_variables_of_no_action(sound)]
    return [replace(problem, where=where) for problem in problems]


def _problems_of_one(option: Setting, values: Mapping[str, Any]) -> list[Problem]:
    name = option.name
    if name not in values:
        missing = Problem(
            f"{name} is missing",
            why=option.option.meaning,
            hint=f"{name} = {option.option.hint}",
            code="missing-key",
        )
        return [missing] if name in REQUIRED_KEYS else []
    value = values[name]
    problem = option.problem_with(value)
    if problem:
        return [replace(problem, code="wrong-value")]
    if value is None or name not in _CHECKS:
        return []
    return [
        Problem(
            what, why=option.option.meaning, hint=hint or f"{name} = {option.option.hint}", code="wrong-value"
        )
        for what, hint in _CHECKS[name](name, value)
    ]


def _rewarded_and_observed(sound: Mapping[str, Any]) -> Iterator[Problem]:
    reward = sound.get("reward")
    if reward in (sound.get("observe_state") or ()):
        yield Problem(
            f"{reward!r} is both the reward and in observe_state",
            why="the reward is what the learner is judged by, so it must not be among what it sees",
            hint=f"take {reward!r} out of observe_state",
            code="reward-observed",
        )


def _variables_of_no_action(sound: Mapping[str, Any]) -> Iterator[Problem]:
    actions = sound.get("actions") or ()
    for action in sound.get("key_variables") or () if actions else ():
        if action not in actions:
            yield Problem(
                f"key_variables: {action!r} is not one of the actions",
                why="only the key of an action is ever pressed",
                hint=did_you_mean(action, actions),
                code="variable-of-no-action",
            )


def _unknown(key: str, known: Mapping[str, Setting]) -> Problem:
    if key == "board" or key.startswith("egocentric"):
        return Problem(
            f"{key} is not part of a game's description",
            why="it says how a learner sees the game, which each run decides for itself",
            hint="write it under [preprocessing] in the config.toml of the run",
            code="setting-of-a-run",
        )
    return Problem(
        f"{key} is not part of a game's description",
        why="a misspelt key would be ignored without a word",
        hint=did_you_mean(key, known),
        code="unknown-key",
    )


# Each check is given a value of the right type, and yields what is wrong and what to try instead.
_Complaints = Iterator[tuple[str, str]]


def _check_actions(name: str, actions: list[str]) -> _Complaints:
    yield from _check_names(name, actions)
    for action in dict.fromkeys(actions):
        if action and not is_key(action):
            yield f"{action!r} is not the name of a key", likely_key(action)


def _check_variables(name: str, variables: Mapping[str, Any]) -> _Complaints:
    for action, variable in variables.items():
        if not (isinstance(variable, str) and re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", variable)):
            like = re.sub("[^A-Z0-9]+", "_", str(variable).upper()).strip("_") or "RETRO_KEY_P1_UP"
            hint = f'letters, digits and _ only, as in {name} = {{ {action} = "{like}" }}'
            yield f"{name}: {variable!r} is not the name of an environment variable", hint
    named = [variable for variable in variables.values() if isinstance(variable, str)]
    for variable in dict.fromkeys(named):
        if named.count(variable) > 1:
            sharing = " and ".join(action for action in variables if variables[action] == variable)
            yield f"{name}: {variable} stands for {sharing}, and can hold one key", ""


def _check_characters(name: str, characters: list[str]) -> _Complaints:
    yield from _repeated(name, characters)
    for character in characters:
        if len(character) != 1:
            yield f"{character!r} is not a single character", 'write each one by itself, as in ["@", "*"]'
    if BLANK in characters:
        yield "the blank is in character_set", "take it out: a blank cell is an empty cell already"
    if len(characters) > MOST_CHARACTERS:
        hint = f"keep the {MOST_CHARACTERS} that matter most"
        yield f"character_set has {len(characters)} characters, and at most {MOST_CHARACTERS} fit", hint


def _check_board_size(name: str, size: list[int]) -> _Complaints:
    if len(size) != 2:
        yield f"{name} has {len(size)} numbers instead of two, the width and the height", ""


def _check_name(name: str, value: str) -> _Complaints:
    if not value.strip():
        yield f"{name} is empty", ""


def _check_names(name: str, values: list[str]) -> _Complaints:
    yield from _repeated(name, values)
    if "" in values:
        yield f"{name} contains an empty text", f"take it out of {name}"


def _repeated(name: str, values: list[str]) -> _Complaints:
    for value in dict.fromkeys(values):
        if values.count(value) > 1:
            yield f"{value!r} stands in {name} {values.count(value)} times", "name it once"


def _check_import_string(name: str, value: str) -> _Complaints:
    module, colon, attribute = value.partition(":")
    if not (module and colon and all(part.isidentifier() for part in attribute.split("."))):
        yield f"{name} = {value!r} does not name a function in a module", ""


def _check_scores(name: str, scores: Mapping[str, Any]) -> _Complaints:
    for who, score in scores.items():
        if not is_number(score):
            yield f"the score of {who!r} is {score!r}, which is not a number", f"{name} = {{ {who} = 3.8 }}"


_CHECKS: Mapping[str, Callable[[str, Any], _Complaints]] = {
    "actions": _check_actions,
    "key_variables": _check_variables,
    "reward": _check_name,
    "character_set": _check_characters,
    "observe_state": _check_names,
    "board_size": _check_board_size,
    "score": _check_name,
    "player": _check_name,
    "winner": _check_name,
    "factory": _check_import_string,
    "observation_function": _check_import_string,
    "reference_scores": _check_scores,
}


def is_number(value: Any) -> bool:
    return number(value) is not None
