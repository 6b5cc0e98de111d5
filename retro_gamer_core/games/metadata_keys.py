"""The keys of a ``[tool.retro-gamer]`` table, which describes a game: what each means, and what can be wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from retro_gamer_core.errors import Problem
from retro_gamer_core.games.key_names import is_key, likely_key
from retro_gamer_core.options import Option, Setting, settings_of
from retro_gamer_core.runs.plain_values import is_number
from retro_gamer_core.suggestions import did_you_mean
from retro_gamer_core.symmetry import DIRECTIONS, SYMMETRIES, problems_with_symmetries


@dataclass
class DescribedGame:
    """One field for each key, and what it means. ``GameMetadata`` is what can be done with them.

    Args:
        actions: The keys the learner may press; pressing none is always possible too.
        reward: The value in the game's state that the learner tries to raise; its change in a turn is the turn's
            reward.
        character_set: The characters that are told apart on the board; any other looks like an empty cell. Left out,
            they are found by playing some random turns.
        spatial: Whether the board is a picture, in which it matters what is next to what.
        observe_state: Numbers in the game's state that the learner sees beside the board.
        board_size: Width and height of the board in cells. Left out, it is read from the game.
        score: The value in the game's state by which people keep score; left out, "score" where there is one.
        player: The name of the character to follow; left out, the one that listens to the keyboard.
        factory: The function that makes a fresh game, where it is not called create_game.
        observation_function: A function of your own that turns a game into the numbers the learner sees.
        reference_scores: Scores to compare with, by the name of who reached them.
        key_variables: For an action whose key an environment variable may change, as on the retro arcade, the name of
            that variable. The game must read the same one.
        symmetries: Mirror images in which the game goes on just as it does: "left-right", "up-down", "diagonal" (rows
            become columns). Each remembered turn is then learned from in all of them. `retro-gamer check` finds out
            which of them hold.
        directions: Which way a key, a character or a number of the state points ("right", "left", "up", "down"), for
            symmetries. Left out, arrow keys, w a s d, and characters such as < and > are known by their names, and
            nothing else points anywhere.
        winner: For a game of two sides, the value in the game's state that holds the name of the character that has
            won, and "" while nobody has; a game that ends with "" is drawn.
    """

    actions: Annotated[
        list[str], Option(hint='["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]', allow_empty=False)
    ]
    reward: Annotated[str, Option(hint='"score"')]
    character_set: Annotated[list[str] | None, Option(hint='["@", "*"]', allow_empty=False)] = None
    spatial: bool = True
    observe_state: Annotated[list[str], Option(hint='["lives", "level"]')] = field(default_factory=list)
    board_size: Annotated[tuple[int, int] | None, Option(low=1, hint="[32, 16]", allow_empty=False)] = None
    score: Annotated[str | None, Option(hint='"score"')] = None
    player: Annotated[str | None, Option(hint='"Snake head"')] = None
    factory: Annotated[str | None, Option(hint='"my_game:create_game"')] = None
    observation_function: Annotated[str | None, Option(hint='"my_game:observe"')] = None
    reference_scores: Annotated[dict[str, float], Option(hint="{ random = 3.8, me = 120 }")] = field(
        default_factory=dict
    )
    key_variables: Annotated[dict[str, str], Option(hint='{ KEY_UP = "RETRO_KEY_P1_UP" }')] = field(
        default_factory=dict
    )
    winner: Annotated[str | None, Option(hint='"winner"')] = None
    symmetries: Annotated[list[str], Option(hint='["left-right", "up-down"]')] = field(default_factory=list)
    directions: Annotated[dict[str, str], Option(hint='{ apple_dx = "right", apple_dy = "down" }')] = field(
        default_factory=dict
    )


METADATA_KEYS = settings_of(DescribedGame)
REQUIRED_KEYS = tuple(key.name for key in METADATA_KEYS if key.required)

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
    problems += _between(sound)
    return [replace(problem, where=where) for problem in problems]


def _problems_of_one(option: Setting, values: Mapping[str, Any]) -> list[Problem]:
    name, why, example = option.name, option.option.meaning, f"{option.name} = {option.option.hint}"
    if name not in values:
        return [Problem(f"{name} is missing", "", why, example, "missing-key")] if option.required else []
    value = values[name]
    if problem := option.problem_with(value):
        return [replace(problem, code="wrong-value")]
    if value is None:
        return []
    return [Problem(what, "", why, hint or example, "wrong-value") for what, hint in _complaints(name, value)]


def _between(sound: Mapping[str, Any]) -> Iterator[Problem]:
    reward, actions = sound.get("reward"), sound.get("actions") or ()
    if reward in (sound.get("observe_state") or ()):
        what = f"{reward!r} is both the reward and in observe_state"
        why = "the reward is what the learner is judged by, so it must not be among what it sees"
        yield Problem(what, "", why, f"take {reward!r} out of observe_state", "reward-observed")
    for action in sound.get("key_variables") or () if actions else ():
        if action not in actions:
            what = f"key_variables: {action!r} is not one of the actions"
            hint = did_you_mean(action, actions)
            yield Problem(
                what, "", "only the key of an action is ever pressed", hint, "variable-of-no-action"
            )
    if actions and sound.get("symmetries"):
        directions = sound.get("directions") or {}
        observed = sound.get("observe_state") or ()
        numbers = [name for name in directions if name.partition("[")[0] in observed]
        characters = sound.get("character_set") or ()
        for what, hint in problems_with_symmetries(
            sound["symmetries"], actions, characters, numbers, directions
        ):
            why = "in a mirror, whatever points somewhere points elsewhere"
            yield Problem(f"symmetries: {what}", "", why, hint, "no-counterpart")


def _unknown(key: str, known: Mapping[str, Setting]) -> Problem:
    what = f"{key} is not part of a game's description"
    if key == "board" or key.startswith("egocentric"):
        why = "it says how a learner sees the game, which each run decides for itself"
        hint = "write it under [preprocessing] in the config.toml of the run"
        return Problem(what, "", why, hint, "setting-of-a-run")
    why = "a misspelt key would be ignored without a word"
    return Problem(what, "", why, did_you_mean(key, known), "unknown-key")


def _complaints(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with a value of the right type, and what to try instead, where that is not the example."""
    match name:
        case "actions" | "character_set" | "observe_state" | "symmetries":
            for each in dict.fromkeys(value):
                if value.count(each) > 1:
                    yield f"{each!r} stands in {name} {value.count(each)} times", "name it once"
            yield from _complaints_of_characters(value) if name == "character_set" else ()
            if "" in value and name != "character_set":
                yield f"{name} contains an empty text", f"take it out of {name}"
            for action in dict.fromkeys(value) if name == "actions" else ():
                if action and not is_key(action):
                    yield f"{action!r} is not the name of a key", likely_key(action)
            for each in dict.fromkeys(value) if name == "symmetries" else ():
                if each and each not in SYMMETRIES:
                    yield f"{each!r} is not a symmetry", did_you_mean(each, SYMMETRIES)
        case "reward" | "score" | "player" | "winner":
            if not value.strip():
                yield f"{name} is empty", ""
        case "board_size":
            if len(value) != 2:
                yield f"{name} has {len(value)} numbers instead of two, the width and the height", ""
        case "factory" | "observation_function":
            module, colon, attribute = value.partition(":")
            if not (module and colon and all(part.isidentifier() for part in attribute.split("."))):
                yield f"{name} = {value!r} does not name a function in a module", ""
        case "reference_scores":
            for who, score in value.items():
                if not is_number(score):
                    yield (
                        f"the score of {who!r} is {score!r}, which is not a number",
                        f"{name} = {{ {who} = 3.8 }}",
                    )
        case "directions":
            for thing, way in value.items():
                if way not in DIRECTIONS:
                    yield f"directions: {thing!r} cannot point {way!r}", did_you_mean(str(way), DIRECTIONS)
        case "key_variables":
            yield from _complaints_of_variables(value)


def _complaints_of_characters(characters: list[str]) -> Iterator[tuple[str, str]]:
    for character in characters:
        if len(character) != 1:
            yield f"{character!r} is not a single character", 'write each one by itself, as in ["@", "*"]'
    if " " in characters:
        yield "the blank is in character_set", "take it out: a blank cell is an empty cell already"
    if len(characters) > MOST_CHARACTERS:
        hint = f"keep the {MOST_CHARACTERS} that matter most"
        yield f"character_set has {len(characters)} characters, and at most {MOST_CHARACTERS} fit", hint


def _complaints_of_variables(variables: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for action, variable in variables.items():
        if not (isinstance(variable, str) and re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", variable)):
            like = re.sub("[^A-Z0-9]+", "_", str(variable).upper()).strip("_") or "RETRO_KEY_P1_UP"
            hint = f'letters, digits and _ only, as in key_variables = {{ {action} = "{like}" }}'
            yield f"key_variables: {variable!r} is not the name of an environment variable", hint
    for variable in dict.fromkeys(filter(lambda each: isinstance(each, str), variables.values())):
        sharing = [action for action in variables if variables[action] == variable]
        if len(sharing) > 1:
            yield f"key_variables: {variable} stands for {' and '.join(sharing)}, and can hold one key", ""
