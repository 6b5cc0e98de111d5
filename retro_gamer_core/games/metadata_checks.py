"""Everything that can be wrong with the description of a game, by itself and beside the real game."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import Problem
from retro_gamer_core.games.key_names import is_key, likely_key
from retro_gamer_core.games.metadata_keys import METADATA_KEYS, REQUIRED_KEYS
from retro_gamer_core.options import Setting
from retro_gamer_core.runs.plain_values import number
from retro_gamer_core.suggestions import did_you_mean

if TYPE_CHECKING:
    from retro.game import Game

    from retro_gamer_core.games.metadata import GameMetadata

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


def problems_with_game(metadata: GameMetadata, game: Game) -> list[Problem]:
    """Everything the description names that a fresh game does not have."""
    return [*_missing_from_state(metadata, game.state), *_missing_player(metadata, game)]


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
        if not _is_number(score):
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


def _missing_from_state(metadata: GameMetadata, state: Mapping[str, Any]) -> Iterator[Problem]:
    numeric = [key for key, value in state.items() if _is_number(value)]
    for role, key in [("reward", metadata.reward), ("score", metadata.score)]:
        if key is None:
            continue
        if key not in state:
            yield _not_in_state(role, key, state)
        elif not _is_number(state[key]):
            yield Problem(
                f"{role} = {key!r}: in the game's state this is {state[key]!r}, which is not a number",
                why="only a number can rise and fall",
                hint=did_you_mean(key, numeric),
                code="not-a-number",
            )
    if metadata.winner is not None and metadata.winner not in state:
        yield _not_in_state("winner", metadata.winner, state)
    for key in metadata.observe_state:
        if key not in state:
            yield _not_in_state("observe_state", key, state)
        elif not _is_observable(state[key]):
            yield Problem(
                f"observe_state: {key!r} is {state[key]!r} in the game's state",
                why="only a number, true or false, or a tuple of these can be given to a network",
                hint=f"take {key!r} out of observe_state, or let the game keep it as a number",
                code="not-observable",
            )


def _not_in_state(role: str, key: str, state: Mapping[str, Any]) -> Problem:
    return Problem(
        f"{role}: the game's state has nothing called {key!r}",
        why="it is looked up in the state of a fresh game, before the first turn",
        hint=did_you_mean(key, state) if state else f"give the game a state such as {{{key!r}: 0}}",
        code="not-in-state",
    )


def _missing_player(metadata: GameMetadata, game: Game) -> Iterator[Problem]:
    if metadata.player is not None and metadata.player not in game.agents_by_name:
        yield Problem(
            f"player: the game has no character named {metadata.player!r}",
            why="the learner's view is centred on it",
            hint=did_you_mean(metadata.player, game.agents_by_name),
            code="no-such-character",
        )


def _is_number(value: Any) -> bool:
    return number(value) is not None


def _is_observable(value: Any) -> bool:
    return _is_number(value) or (isinstance(value, tuple) and all(map(_is_number, value)))
