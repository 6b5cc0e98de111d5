"""``retro-gamer create``: a run with a reason for every choice, or all that stands in its way."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from retro_gamer_core.configuration import read_config
from retro_gamer_core.plugins.registry import Plugins

GAME = """\
from retro.agent import ArrowKeyAgent
from retro.game import Game


class Gem:
    character = "◆"
    position = (3, 3)


def create_game():
    return Game([ArrowKeyAgent(), Gem()], {"gems": 0, "fuel": 9}, board_size=(9, 5))


def create_large_game():
    return Game([ArrowKeyAgent(), Gem()], {"gems": 0, "fuel": 9}, board_size=(90, 30))
"""

PYPROJECT = """\
[tool.retro-gamer]
actions = ["KEY_LEFT", "KEY_RIGHT"]
reward = "gems"
observe_state = ["fuel"]
"""


@pytest.fixture
def my_game(tmp_path) -> Path:
    """A student's own game in a directory of its own, without a description."""
    file = tmp_path / "gems" / "game.py"
    file.parent.mkdir()
    file.write_text(GAME, encoding="utf-8")
    return file


def config_of(run: Path) -> dict:
    """The config as it stands; it must be fine as a whole."""
    read_config(run / "config.toml", Plugins(only=()))
    return tomllib.loads((run / "config.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("recipe", ["standard", "classic"])
@pytest.mark.parametrize("game", ["snake", "nav", "beast"])
def test_installed_games(retro_gamer, tmp_path, game, recipe):
    ended = retro_gamer("create", "--game", game, "--output", "runs/it", "--recipe", recipe, "--seed", 3)
    assert ended.code == 0
    assert ended.err.endswith("\nNext: retro-gamer train runs/it --for 5m\n")
    warnings = [line for line in ended.err.splitlines() if line.startswith("Warning")]
    assert all("(reward-hardly-ever-positive)" in line and game == "beast" for line in warnings)
    config = config_of(tmp_path / "runs" / "it")
    assert config["game"]["name"] == game
    assert config["training"]["seed"] == 3
    assert config["metadata"]["actions"] and config["metadata"]["board_size"]
    assert config["preprocessing"]["encoder"] == ("one_hot" if recipe == "classic" else "egocentric")
    assert f"for {game}: board " in ended.out
    assert len(ended.out.splitlines()) + len(ended.err.splitlines()) - len(warnings) <= 12
    why = retro_gamer("info", "runs/it", "--why").out
    choices = re.findall(r"^  \[(\w+)\] (\w+) = .+ — .+$", why, re.MULTILINE)
    assert len(choices) > 5, "every choice has a reason"
    assert all(config[section][key] is not None for section, key in choices)
    text = (tmp_path / "runs" / "it" / "config.toml").read_text(encoding="utf-8")
    assert "seed = 3" in text and "the same seed gives the same run again" in text


def test_without_a_seed_one_is_drawn(retro_gamer, tmp_path):
    for name in "ab":
        retro_gamer("create", "--game", "snake", "--output", name)
    seeds = [config_of(tmp_path / name)["training"]["seed"] for name in "ab"]
    assert seeds[0] != seeds[1]


def test_a_game_of_ones_own_with_its_description(retro_gamer, my_game, tmp_path):
    (my_game.parent / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    ended = retro_gamer("create", "--game", "gems/game.py", "--output", "runs/gems")
    assert ended.code == 0, ended.err
    config = config_of(tmp_path / "runs" / "gems")
    assert config["game"]["name"] == my_game.resolve().as_posix()
    assert config["metadata"] == {
        "actions": ["KEY_LEFT", "KEY_RIGHT"],
        "reward": "gems",
        "spatial": True,
        "observe_state": ["fuel"],
        "board_size": [9, 5],
    }


def test_a_game_that_nothing_describes_asks_for_a_description(retro_gamer, my_game, tmp_path):
    ended = retro_gamer("create", "--game", my_game, "--output", "run")
    assert ended.code == 1
    assert "nothing describes the game" in ended.err
    assert "[tool.retro-gamer]" in ended.err and "--actions KEY_LEFT,KEY_RIGHT --reward" in ended.err
    assert not (tmp_path / "run").exists()


def test_a_description_on_the_command_line(retro_gamer, my_game, tmp_path):
    ended = retro_gamer(
        *("create", "--game", my_game, "--output", "run"),
        *("--actions", "KEY_LEFT, KEY_UP", "--reward", "gems", "--no-spatial"),
        *("--character-set", "*,◆", "--player", "ArrowKeyAgent", "--recipe", "classic"),
    )
    assert ended.code == 0, ended.err
    config = config_of(tmp_path / "run")
    assert config["metadata"] == {
        "actions": ["KEY_LEFT", "KEY_UP"],
        "reward": "gems",
        "character_set": ["*", "◆"],
        "spatial": False,
        "player": "ArrowKeyAgent",
        "board_size": [9, 5],
    }
    assert config["model"]["network"] == "mlp"


def test_a_description_that_does_not_fit_the_game(retro_gamer, my_game, tmp_path):
    ended = retro_gamer("create", "--game", my_game, "--output", "run", "--actions", "UP", "--reward", "gem")
    assert ended.code == 1
    assert 'did you mean "KEY_UP"?' in ended.err
    ended = retro_gamer(
        "create", "--game", my_game, "--output", "run", "--actions", "KEY_UP", "--reward", "gem"
    )
    assert ended.code == 1
    assert "did you mean 'gems'?" in ended.err
    assert not (tmp_path / "run").exists()


def test_every_setting_can_be_set(retro_gamer, tmp_path):
    ended = retro_gamer(
        *("create", "--game", "snake", "--output", "run", "--learning-rate", "0.002"),
        *("--hidden-sizes", "32,16", "--radius", 4, "--games-in-step", 2, "--device", "cpu"),
        *("--set", "training.double=false", "--set", "training.loss=squared"),
        *("--set", "training.unknown_character_strategy=extend", "--observe-state", "score"),
    )
    assert ended.code == 0, ended.err
    config = config_of(tmp_path / "run")
    assert config["model"]["hidden_sizes"] == [32, 16]
    assert config["preprocessing"]["radius"] == 4
    assert config["preprocessing"]["observe_state"] == ["score"]
    training = config["training"]
    assert (training["learning_rate"], training["games_in_step"], training["device"]) == (0.002, 2, "cpu")
    assert (training["double"], training["loss"]) == (False, "squared")
    assert training["unknown_character_strategy"] == "extend"
    assert "you asked for: " in ended.out and "learning_rate = 0.002" in ended.out
    why = retro_gamer("info", "run", "--why").out
    assert "learning_rate = 0.002 — you asked for it" in why
    assert "five times the classic rate" not in why


def test_flags_of_the_specification(retro_gamer, tmp_path):
    ended = retro_gamer(
        *("create", "--game", "retro.examples.snake", "--output", "run"),
        *("--training-episodes", 500, "--n-layers", 3, "--layer-size", 64, "--learning-rate", 0.001),
        *("--lr-decay", 0.995, "--gamma", 0.98, "--epsilon-decay", 0.99, "--epsilon-min", 0.1),
        *("--batch-size", 32, "--memory-capacity", 9000, "--target-update-freq", 100),
        *("--max-turns-per-episode", 700, "--exploration-turns", 100, "--no-prioritize-experiences"),
    )
    assert ended.code == 0, ended.err
    config = config_of(tmp_path / "run")
    assert config["game"]["name"] == "retro.examples.snake"
    assert config["model"]["hidden_sizes"] == [64, 64, 64]
    expected = {
        "training_episodes": 500,
        "learning_rate": 0.001,
        "learning_rate_decay": 0.995,
        "gamma": 0.98,
        "epsilon_decay": 0.99,
        "epsilon_min": 0.1,
        "batch_size": 32,
        "memory_capacity": 9000,
        "target_update_freq": 100,
        "max_turns_per_episode": 700,
        "exploration_turns": 100,
        "memory": "uniform",
    }
    assert {key: config["training"][key] for key in expected} == expected


def test_init_is_the_older_name(retro_gamer, tmp_path):
    ended = retro_gamer("init", "snake", "run", "--prioritize-experiences")
    assert ended.code == 0
    assert "`init` is called `create` now" in ended.err
    config = config_of(tmp_path / "run")
    assert config["training"]["memory"] == "prioritized"
    assert config["preprocessing"]["encoder"] == "one_hot", "it made the plain kind of run"


def test_nothing_is_overwritten(retro_gamer, tmp_path):
    retro_gamer("create", "--game", "snake", "--output", "run")
    before = (tmp_path / "run" / "config.toml").read_bytes()
    ended = retro_gamer("create", "--game", "nav", "--output", "run")
    assert ended.code == 1
    assert "there is a run in run already" in ended.err and "retro-gamer train run" in ended.err
    assert (tmp_path / "run" / "config.toml").read_bytes() == before
    (tmp_path / "homework").mkdir()
    (tmp_path / "homework" / "essay.txt").write_text("mine", encoding="utf-8")
    ended = retro_gamer("create", "--game", "snake", "--output", "homework")
    assert ended.code == 1 and "is not empty" in ended.err
    assert [path.name for path in (tmp_path / "homework").iterdir()] == ["essay.txt"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--game", "snakes"), "did you mean 'snake'?"),
        (("--game", "snake", "--recipe", "standart"), "did you mean 'standard'?"),
        (("--game", "snake", "--network", "mpl"), "did you mean 'mlp'?"),
        (("--game", "snake", "--network", "mpl", "--gamma", "2"), "2 problems"),
        (("--game", "snake", "--set", "training.lerning_rate=1"), "did you mean 'learning_rate'?"),
        (("--game", "snake", "--set", "trainin.gamma=0.9"), "did you mean 'training'?"),
        (("--game", "snake", "--batch-size", "0", "--gamma", "2"), "2 problems"),
        (("--game", "snake", "--network", "my_net:Tiny"), "my_net"),
    ],
    ids=lambda value: " ".join(value[2:] or value) if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_explained_and_nothing_is_made(retro_gamer, tmp_path, arguments, expected):
    ended = retro_gamer("create", "--output", "run", *arguments)
    assert ended.code == 1, ended
    assert expected in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--output", "run"),
        ("--game", "snake", "--output", "run", "--hidden-sizes", "many"),
        ("--game", "snake", "--output", "run", "--set", "gamma=0.9"),
        ("--game", "snake", "--output", "run", "--batch-size", "lots"),
    ],
    ids=" ".join,
)
def test_wrong_usage(retro_gamer, tmp_path, arguments):
    ended = retro_gamer("create", *arguments)
    assert ended.code == 2
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("factory", "fits"), [("create_game", True), ("create_large_game", False)])
def test_a_board_too_large_for_the_arcade_is_told_now_and_in_the_log(
    retro_gamer, my_game, tmp_path, factory, fits
):
    ended = retro_gamer(
        *("create", "--game", f"{my_game}:{factory}", "--output", "run", "--max-turns-per-episode", 5),
        *("--actions", "KEY_LEFT", "--reward", "gems", "--training-episodes", 2),
    )
    assert ended.code == 0
    sentence = "a board of 90×30 with 2 lines of state below needs a terminal of 94×36 characters"
    assert (f"\nnote: {sentence}" in ended.out) != fits
    assert retro_gamer("train", "run").code == 0
    log = (tmp_path / "run" / "training.log").read_text(encoding="utf-8")
    assert (f"[INIT] {sentence}" in log) != fits


def test_a_game_that_cannot_be_made_names_the_line(retro_gamer, my_game, tmp_path):
    my_game.write_text(
        GAME.replace("    return Game([Arrow", "    1 / 0\n    return Game([Arrow"), encoding="utf-8"
    )
    ended = retro_gamer(
        "create", "--game", my_game, "--output", "run", "--actions", "KEY_LEFT", "--reward", "gems"
    )
    assert ended.code == 4
    assert "ZeroDivisionError" in ended.err and f"{my_game}:11" in ended.err
    assert not (tmp_path / "run").exists()


def test_a_directory_with_a_blank_in_its_name_is_quoted(retro_gamer):
    ended = retro_gamer("create", "--game", "snake", "--output", "my run")
    assert 'Next: retro-gamer train "my run" --for 5m' in ended.err


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no limit for the size of files")
def test_a_full_disk_leaves_nothing(retro_gamer, tmp_path, no_room):
    ended = retro_gamer("create", "--game", "snake", "--output", "runs/snake", preexec_fn=no_room)
    assert ended.code == 1
    assert "config.toml could not be written" in ended.err
    assert not (tmp_path / "runs").exists()
    (tmp_path / "empty").mkdir()
    assert retro_gamer("create", "--game", "snake", "--output", "empty", preexec_fn=no_room).code == 1
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.slow
def test_a_slow_game_is_a_warning(retro_gamer, tmp_path):
    ended = retro_gamer("create", "--game", "labyrinth", "--output", "run")
    assert ended.code == 0
    assert "Warning: this game is slow" in ended.err and "hours" in ended.err
    assert config_of(tmp_path / "run")["training"]["games_in_step"] == 1
