"""A game pack with a trained policy in it, from its wheel to the retro arcade: played by hand, and by itself."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from agents_in_games.arcade import KEYS, SCREEN, complaints_about, result_in, sounds_in

import retro_gamer_core
from retro_gamer import DQNTrainer, GameMetadata
from retro_gamer_core.games.console_screen import console_problem
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
from retro_gamer_core.policies.exporting import export_policy
from retro_gamer_core.runs.run_directory import RunDirectory

pytest.importorskip("pip")

PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.26,<2"]
build-backend = "hatchling.build"

[project]
name = "corridor"
version = "0.1.0"
dependencies = ["retro-games>=2.5", "retro-gamer"]

[project.scripts]
play = "corridor:main"

[tool.retro]
name = "Corridor"
author = "A student"
description = "Walk to the door."
instructions = "Use the joystick."
result_file = "result.json"
log_file = "game.log"
single_player = true

[tool.retro-gamer]
actions = ["KEY_LEFT", "KEY_RIGHT"]
key_variables = { KEY_LEFT = "RETRO_KEY_P1_LEFT", KEY_RIGHT = "RETRO_KEY_P1_RIGHT" }
reward = "score"
character_set = ["@", "#"]
"""

GAME = """\
import os
from importlib.resources import files

from retro.game import Game

LEFT = os.environ.get("RETRO_KEY_P1_LEFT", "KEY_LEFT")
RIGHT = os.environ.get("RETRO_KEY_P1_RIGHT", "KEY_RIGHT")


class Walker:
    name = "walker"
    character = "@"
    position = (0, 1)

    def handle_keystroke(self, keystroke, game):
        step = {LEFT: -1, RIGHT: 1}.get(keystroke.name or str(keystroke), 0)
        x, y = self.position
        if game.on_board((x + step, y)):
            self.position = (x + step, y)
            game.log("play move")

    def play_turn(self, game):
        game.state["score"] = self.position[0]
        game.state["time"] -= 1
        if self.position == game.get_agent_by_name("door").position:
            game.log("play success_large")
            game.end()
        elif game.state["time"] == 0:
            game.end()


class Door:
    name = "door"
    character = "#"
    position = (6, 1)


def create_game(**options):
    return Game([Walker(), Door()], {"score": 0, "time": 12}, board_size=(12, 3), **options)


def main():
    game = create_game(dump_state="result.json", log_file="game.log", framerate=20)
    game.state["time"] = 1_000
    game.play()


def autoplay(policy="policies/corridor.rgp"):
    from retro_gamer import PolicyInput, TrainedPolicy

    ai = TrainedPolicy(files(__name__).joinpath(policy))
    game = create_game()
    game.input_source = PolicyInput(ai, game)
    return game
"""

DRIVE = """\
import json, sys
import corridor

game = corridor.autoplay(*sys.argv[1:])
game.start()
while game.playing:
    game.step()
print(json.dumps({"file": corridor.__file__, "view": game.view, **game.state}))
"""


def load(module: Path) -> object:
    spec = spec_from_file_location("corridor_in_training", module)
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def pack(tmp_path_factory) -> Path:
    """The pack's source, with what was learned in it: as a policy file, and as a whole run."""
    pack = tmp_path_factory.mktemp("arcade") / "corridor"
    package = pack / "corridor"
    package.joinpath("policies").mkdir(parents=True)
    (pack / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (package / "__init__.py").write_text(GAME, encoding="utf-8")
    metadata = GameMetadata(
        ["KEY_LEFT", "KEY_RIGHT"],
        "score",
        character_set=["@", "#"],
        key_variables={key: f"RETRO_KEY_P1_{key[4:]}" for key in ("KEY_LEFT", "KEY_RIGHT")},
    )
    with pytest.MonkeyPatch.context() as patch:
        for variable in KEYS:
            patch.delenv(variable, raising=False)
        create_game = load(package / "__init__.py").create_game
        run = package / "policies" / "run"
        trainer = DQNTrainer(
            create_game,
            metadata,
            run,
            preprocessing={"encoder": "one_hot"},
            training_episodes=100,
            network="mlp",
            hidden_sizes=[16],
            batch_size=16,
            learning_rate=0.003,
            gamma=0.9,
            epsilon_decay=0.97,
            learning_starts=100,
            train_every=1,
            target_update_freq=50,
            evaluate_every=0,
            seed=1,
            device="cpu",
        )
        trainer.train(on_episode=lambda: None)
        plugins = installed_plugins()
        policy = CheckpointPolicy(RunDirectory.open(run), None, plugins)
        export_policy(policy, create_game(), package / "policies" / "corridor.rgp", plugins=plugins)
    return pack


@pytest.fixture(scope="module")
def installed(pack, tmp_path_factory) -> Path:
    """A fresh virtual environment with the pack's wheel in it. What the pack depends on is lent by this one."""
    place = tmp_path_factory.mktemp("elsewhere")
    isolation = ["--no-build-isolation"] if find_spec("hatchling") else []
    pip("wheel", "--no-deps", *isolation, "--wheel-dir", place, pack)
    environment = place / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    [wheel] = place.glob("*.whl")
    pip("--python", scripts / "python", "install", "--no-deps", "--no-index", wheel)
    [packages] = environment.rglob("site-packages")
    lent = [*site.getsitepackages(), str(Path(retro_gamer_core.__file__).parents[1])]
    lines = [f"import site; site.addsitedir({directory!r})\n" for directory in lent]
    (packages / "lent.pth").write_text("".join(lines), encoding="utf-8")
    return scripts


def pip(*arguments: object) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def at_the_arcade(installed, pack) -> Iterator[Callable]:
    """``at_the_arcade()``: what happens when somebody chooses the game there."""
    terminals = pytest.importorskip("agents_in_games.terminals", exc_type=ImportError)
    opened = []

    def at_the_arcade():
        (pack / "result.json").unlink(missing_ok=True)
        opened.append(terminals.Terminal([str(installed / "play")], cwd=pack, env=KEYS, **SCREEN))
        return opened[-1]

    yield at_the_arcade
    for terminal in opened:
        terminal.close()


def test_the_arcade_lists_the_pack_and_its_board_fits(pack):
    assert complaints_about(pack) == []
    assert console_problem(load(pack / "corridor" / "__init__.py").create_game()) is None


@pytest.mark.parametrize(
    "line", ["play =", 'name = "Corridor"', "author =", "description =", "result_file ="]
)
def test_the_arcade_demands_each_of_these(pack, tmp_path, line):
    lines = [text for text in PYPROJECT.splitlines() if not text.startswith(line)]
    (tmp_path / "pyproject.toml").write_text("\n".join(lines), encoding="utf-8")
    [complaint] = complaints_about(tmp_path)
    assert complaint.endswith("." + line.split()[0])


def test_a_person_plays_it_there_and_the_score_is_found(at_the_arcade, pack):
    screen = at_the_arcade()
    for steps in range(6):
        screen.wait_for(f"score: {steps}")
        screen.press("d")  # one a turn: retro-games takes equal keys of one turn for one
    assert screen.wait() == 0
    assert result_in(pack) == (6, None)
    assert sounds_in(pack / "game.log") == ["move"] * 6 + ["success_large"]
    assert "═" * 12 in screen.shown


@pytest.mark.parametrize("policy", ["policies/corridor.rgp", "policies/run"])
@pytest.mark.parametrize("keys", [{}, KEYS], ids=["at home", "at the arcade"])
def test_it_plays_itself_wherever_it_is_installed(installed, tmp_path, policy, keys):
    """The loop of the autoplay convention, with no view; the arcade calls the keys by other names."""
    environment = {name: value for name, value in os.environ.items() if name not in KEYS}
    done = subprocess.run(
        [installed / "python", "-c", DRIVE, policy],
        cwd=tmp_path,
        env={**environment, **keys},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    ended = json.loads(done.stdout)
    assert Path(ended["file"]).is_relative_to(installed.parent)
    assert ended["score"] == 6 and ended["view"] is None
