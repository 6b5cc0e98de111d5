"""Actions whose keys the environment renames, as the retro arcade does: described, pressed, and heard."""

from __future__ import annotations

import os
import random

import pytest
from retro.game import Game

from retro_gamer_core.configuration import new_config_text, read_config
from retro_gamer_core.errors import MetadataError, ProblemsFound
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.playing.environment import GameEnvironment, complete_metadata
from retro_gamer_core.playing.survey import survey_game
from retro_gamer_core.plugins.registry import Plugins

KEYS = {"KEY_LEFT": "RETRO_KEY_P1_LEFT", "KEY_RIGHT": "RETRO_KEY_P1_RIGHT"}


class Walker:
    """Goes left and right on the keys that the environment names, and looks that way."""

    name = "walker"
    character = "@"
    position = (2, 0)

    def handle_keystroke(self, keystroke, game):
        key = keystroke.name or str(keystroke)
        x, y = self.position
        for step, default in ((-1, "KEY_LEFT"), (1, "KEY_RIGHT")):
            if key == os.environ.get(KEYS[default], default) and game.on_board((x + step, y)):
                self.position = (x + step, y)
                self.character = "<>"[step > 0]
                game.state["steps"] += 1


def create_game() -> Game:
    return Game([Walker()], {"steps": 0}, board_size=(5, 1))


@pytest.fixture
def metadata() -> GameMetadata:
    return GameMetadata(["KEY_LEFT", "KEY_RIGHT", "x"], "steps", key_variables=dict(KEYS))


@pytest.fixture
def arcade(monkeypatch) -> None:
    monkeypatch.setenv("RETRO_KEY_P1_LEFT", "a")
    monkeypatch.setenv("RETRO_KEY_P1_RIGHT", "d")


def test_without_the_variables_each_action_presses_its_own_key(metadata):
    assert metadata.pressed == metadata.keys == ("KEY_LEFT", "KEY_RIGHT", "x", None)


@pytest.mark.parametrize("key", ["d", " ", "\n", ";", "8", "KEY_ENTER"])
def test_the_environment_is_asked_each_time(metadata, monkeypatch, key):
    """The arcade names keys by what blessed calls them: a character, blank and newline too, or a KEY_ name."""
    monkeypatch.setenv("RETRO_KEY_P1_RIGHT", key)
    assert metadata.pressed == ("KEY_LEFT", key, "x", None)
    monkeypatch.delenv("RETRO_KEY_P1_RIGHT")
    assert metadata.pressed == metadata.keys


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("space", 'the space bar is " "'),
        ("enter", 'did you mean "KEY_ENTER"?'),
        ("right", 'did you mean "KEY_RIGHT"?'),
        ("", "take RETRO_KEY_P1_RIGHT out of the environment"),
    ],
)
def test_a_variable_that_holds_no_key_is_named(metadata, monkeypatch, key, hint):
    monkeypatch.setenv("RETRO_KEY_P1_RIGHT", key)
    monkeypatch.setenv("RETRO_KEY_P1_LEFT", "a")
    with pytest.raises(ProblemsFound) as raised:
        _ = metadata.pressed
    [problem] = raised.value.problems
    assert problem.code == "variable-holds-no-key"
    assert f"RETRO_KEY_P1_RIGHT is {key!r}" in problem.what
    assert problem.hint == hint


def test_all_such_variables_are_named_at_once(metadata, monkeypatch):
    for variable in KEYS.values():
        monkeypatch.setenv(variable, "joystick")
    with pytest.raises(ProblemsFound) as raised:
        GameEnvironment(create_game, metadata)
    assert [problem.what.split()[0] for problem in raised.value.problems] == list(KEYS.values())


@pytest.mark.usefixtures("arcade")
def test_an_environment_takes_action_names_and_presses_what_the_game_hears(metadata):
    environment = GameEnvironment(create_game, metadata)
    environment.reset()
    for action, x in (("KEY_RIGHT", 3), ("KEY_LEFT", 2), ("KEY_LEFT", 1), ("x", 1), (None, 1)):
        environment.step(action)
        assert environment.game.get_agent_by_name("walker").position == (x, 0)


@pytest.mark.usefixtures("arcade")
def test_whoever_plays_at_random_is_heard_too(metadata):
    random.seed(1)
    assert survey_game("walk", create_game, metadata).rewarded_turns > 0.2
    complete_metadata(metadata, create_game)
    assert metadata.character_set == ["<", ">", "@"]


def test_a_run_keeps_the_variables_of_its_game(metadata, tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(new_config_text([], game="walk", metadata=metadata), encoding="utf-8")
    assert read_config(config, Plugins(only=())).metadata.key_variables == KEYS


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"KEY_LEFTT": "L"}, ["'KEY_LEFTT' is not one of the actions", "did you mean 'KEY_LEFT'?"]),
        ({"KEY_LEFT": "RETRO KEY"}, ["'RETRO KEY' is not the name", '{ KEY_LEFT = "RETRO_KEY" }']),
        ({"KEY_LEFT": "K", "KEY_RIGHT": "K"}, ["K stands for KEY_LEFT and KEY_RIGHT"]),
    ],
)
def test_mistakes_in_a_description_are_explained(variables, expected):
    with pytest.raises(MetadataError) as raised:
        GameMetadata.from_dict(
            {"actions": ["KEY_LEFT", "KEY_RIGHT"], "reward": "steps", "key_variables": variables}
        )
    assert len(raised.value.problems) == 1
    for words in expected:
        assert words in str(raised.value)
