"""``retro-gamer check`` as it is typed: what it takes, what it prints, what it leaves for scripts."""

from __future__ import annotations

import importlib
import json
import sys
from importlib.metadata import entry_points
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner

from retro_gamer_core.checks.installation import check_installation
from retro_gamer_core.cli.exits import CHECK_FAILED
from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.configuration import edit_config
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.games.finding import InstalledGame
from retro_gamer_core.plugins.discovery import GROUP
from retro_gamer_core.plugins.part_building import kind_of
from retro_gamer_core.plugins.registry import Plugins, installed_plugins

GAME = """\
from random import randrange
from retro.agent import ArrowKeyAgent
from retro.game import Game

print("made by hand")


class Walker(ArrowKeyAgent):
    def play_turn(self, game):
        game.state["score"] += randrange(3)
        if randrange(40) == 0:
            game.end()


def create_game():
    return Game([Walker()], {"score": 0}, board_size=(8, 4), show_state=False)
"""
DESCRIPTION = """\
[tool.retro-gamer]
actions = ["KEY_UP", "KEY_DOWN", "KEY_LEFT", "KEY_RIGHT"]
reward = "score"
character_set = ["*"]
"""


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """A directory with a game in it, where commands are typed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "street.py").write_text(GAME, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(DESCRIPTION, encoding="utf-8")
    return tmp_path


def typed(*arguments, raises=None):
    done = CliRunner().invoke(retro_gamer, list(arguments), catch_exceptions=raises is not None)
    if raises is not None:
        assert isinstance(done.exception, raises), done.output
        return str(done.exception)
    return done


# What is printed ------------------------------------------------------------------------------


def test_a_sound_game_ends_with_what_to_type_next(desk):
    done = typed("check", "street.py", "--quick")
    assert done.exit_code == 0, done.output
    assert "all is well" in done.stdout
    assert "2,000 turns" in done.stdout
    assert done.stderr.rstrip().endswith("retro-gamer create --game street.py --output runs/first")


def test_a_problem_is_exit_code_3(desk):
    (desk / "street.py").write_text(GAME.replace("game.end()", "1 / 0"), encoding="utf-8")
    done = typed("check", "street.py", "--quick")
    assert done.exit_code == CHECK_FAILED == 3
    assert "Problem: the game's code failed" in done.stdout
    assert "street.py:12" in done.stdout
    assert "docs/reference/checks.md#game-raises" in done.stdout
    assert done.stderr.rstrip().endswith("retro-gamer check street.py")


def test_json_is_for_programs_whatever_the_game_prints(desk):
    (desk / "pyproject.toml").write_text(DESCRIPTION.replace('"*"', '"#"'), encoding="utf-8")
    done = typed("check", "street.py", "--quick", "--json", "--seed", "5")
    report = json.loads(done.stdout)
    assert report["schema"] == 1
    assert (report["kind"], report["seed"], report["problems"]) == ("game", 5, 1)
    finding = report["findings"][0]
    assert set(finding) == {"code", "level", "what", "why", "hint", "number", "page"}
    assert finding["code"] == "observation-constant"
    assert "made by hand" in done.stderr


def test_a_part_by_name(desk):
    done = typed("check", "one_hot", "--quick")
    assert done.exit_code == 0
    assert done.stderr.rstrip().endswith("--encoder one_hot")


def test_a_part_by_import_path_on_a_game(desk):
    (desk / "nearby.py").write_text("def nearby(game):\n    return [game.state['score']]\n", encoding="utf-8")
    done = typed("check", "nearby:nearby", "--quick", "--game", "street.py")
    assert done.exit_code == 0, done.output
    assert "frames of" in done.stdout


def test_an_unknown_name_gets_the_nearest_one(desk):
    assert "one_hot" in typed("check", "onehot", raises=RetroGamerError)


def test_a_name_of_two_things_asks_which(desk):
    (desk / "snake").mkdir()
    (desk / "snake" / "config.toml").write_text("", encoding="utf-8")
    message = typed("check", "snake", raises=RetroGamerError)
    assert "--kind game or --kind run" in message


# What a name stands for -----------------------------------------------------------------------


class Learns:
    def act(self): ...
    def learn(self): ...
    def episode_finished(self): ...


class Draws:
    def sample(self): ...


class Hears:
    def note(self): ...
    def episode_finished(self): ...


@pytest.mark.parametrize(
    ("factory", "kind"),
    [
        (Learns, "learner"),
        (Draws, "memory"),
        (Hears, "logger"),
        (lambda: None, "game"),
        (lambda game: None, "encoder"),
        (lambda metadata, radius=1: None, "encoder"),
        (lambda spec, n_outputs: None, "network"),
        (lambda n_inputs, n_outputs: None, "network"),
        (lambda capacity, spec: None, "memory"),
        (lambda context: None, "learner"),
        (lambda run_directory: None, "logger"),
        (lambda anything: None, None),
    ],
)
def test_what_a_factory_makes_is_told_by_its_methods_or_arguments(factory, kind):
    assert kind_of(factory) == kind


#: A run of a few games that learns from the first moment on.
AT_ONCE = (
    *("--training-episodes", "4", "--batch-size", "8", "--set", "training.learning_starts=8"),
    *("--set", "training.evaluate_every=0"),
)

# Runs -----------------------------------------------------------------------------------------


def make_run(desk, *settings):
    done = typed("create", "--game", "street.py", "--output", "runs/first", "--seed", "1", *settings)
    assert done.exit_code == 0, done.output
    return done


def found_in(run="runs/first"):
    return [f["code"] for f in json.loads(typed("check", run, "--quick", "--json").stdout)["findings"]]


def test_a_run_as_create_makes_it_is_sound(desk):
    make_run(desk)
    assert found_in() == []


def test_exploration_outlasts_run(desk):
    make_run(desk, "--training-episodes", "300", "--epsilon-turns", "0", "--epsilon-decay", "0.9997")
    assert found_in() == ["exploration-outlasts-run"]


def test_learning_never_starts(desk):
    make_run(desk, "--training-episodes", "2", "--set", "training.learning_starts=5000")
    assert found_in() == ["learning-never-starts"]


def test_setting_wrong(desk):
    make_run(desk)
    config = desk / "runs" / "first" / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("n_step", "n_stop"), encoding="utf-8")
    assert set(found_in()) == {"setting-wrong"}


def test_part_changed(desk):
    make_run(desk, *AT_ONCE)
    assert typed("train", "runs/first").exit_code == 0
    lock = desk / "runs" / "first" / "parts.lock"
    lock.write_text(
        lock.read_text(encoding="utf-8").replace("retro_gamer_encoders.", "elsewhere."), encoding="utf-8"
    )
    assert found_in() == ["part-changed"]


# create and train look, too -------------------------------------------------------------------


def test_create_and_train_tell_in_a_line_what_a_quick_look_finds(desk):
    unseen = ("--character-set", "#,@", "--training-episodes", "2")
    created = make_run(desk, *unseen)
    assert "(character-not-described)" in created.stderr
    assert "retro-gamer check runs/first" in created.stderr
    trained = typed("train", "runs/first")
    assert trained.exit_code == 0
    assert "(character-not-described)" in trained.stderr
    assert "retro-gamer check runs/first" in trained.stderr


def test_create_and_train_are_silent_about_a_sound_game(desk):
    created = make_run(desk, *AT_ONCE)
    trained = typed("train", "runs/first")
    assert "Warning" not in created.stderr + trained.stderr


# All that is installed ------------------------------------------------------------------------


@pytest.fixture
def install(tmp_path, monkeypatch):
    """``install("pack", {"pack.py": …}, plugins={"pack": "pack"})``: a package that looks installed."""
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(site)

    def install(name, files, *, plugins=None):
        for file, text in files.items():
            (site / file).write_text(dedent(text), encoding="utf-8")
        information = site / f"{name}-1.2.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        lines = "".join(f"{key} = {value}\n" for key, value in (plugins or {}).items())
        (information / "entry_points.txt").write_text(f"[retro_gamer]\n{lines}", encoding="utf-8")
        importlib.invalidate_caches()
        installed_plugins.cache_clear()

    return install


def encoder_pack(top="", factory="pack_encoder:Bad"):
    return {
        "pack.py": f"""\
        {top or "# nothing more"}
        from retro_gamer_core import Part, hookimpl

        @hookimpl
        def retro_gamer_encoders():
            yield Part("bad", "Leaves cells as they are.", "{factory}")
        """,
        "pack_encoder.py": """\
        from retro_gamer_core import ObservationSpec

        class Bad:
            def __init__(self, metadata):
                self.spec = ObservationSpec(2, 2, ("@",))

            def encode(self, frame, cells, features):
                cells[0] = 0
        """,
    }


def found_installed(games=()):
    return check_installation(Plugins(), games)


def test_a_healthy_installation():
    findings = found_installed()
    assert [f.code for f in findings if "pack" in f.what] == []


def test_the_parts_of_a_plugin_are_checked(install):
    install("pack", encoder_pack(), plugins={"pack": "pack"})
    findings = [f for f in found_installed() if "bad" in f.what]
    assert [f.code for f in findings] == ["not-all-written"]


def test_plugin_broken(install):
    install("pack", {"pack.py": "import pandas_of_old"}, plugins={"pack": "pack"})
    [finding] = [f for f in found_installed() if "pack 1.2" in f.what]
    assert finding.code == "plugin-broken"
    assert finding.hint == "pip install pandas_of_old"


def test_plugin_partly_used(install):
    files = encoder_pack()
    install("pack", {k: v.replace('"bad"', '"one_hot"') for k, v in files.items()}, plugins={"pack": "pack"})
    assert "plugin-partly-used" in [f.code for f in found_installed() if "pack" in f.what]


def test_plugin_unknown(monkeypatch):
    monkeypatch.setenv("RETRO_GAMER_NO_PLUGIN", "nosuch")
    findings = check_installation(installed_plugins(), ())
    assert "plugin-unknown" in findings.codes


def test_installed_twice(install):
    built_in = {
        entry.name: entry.value for entry in entry_points(group=GROUP) if entry.dist.name == "retro-gamer"
    }
    install("retro-gamer-core", {}, plugins=built_in)
    [finding] = check_installation(Plugins(), ())
    assert finding.code == "installed-twice" and "pip uninstall" in finding.hint


def test_heavy_import(install):
    install("pack", encoder_pack("import numpy"), plugins={"pack": "pack"})
    [finding] = [f for f in found_installed() if "the plugin pack" in f.what]
    assert finding.code == "heavy-import"
    assert "numpy" in finding.what


def test_slow_import(install):
    install("pack", encoder_pack("import time; time.sleep(0.7)"), plugins={"pack": "pack"})
    [finding] = [f for f in found_installed() if "the plugin pack" in f.what]
    assert finding.code == "slow-import"
    assert finding.number > 600


def test_game_unusable():
    gone = InstalledGame(
        "gone", "gone_games:create_game", "gone-games", "1.0", None, False, "its module is not there"
    )
    findings = found_installed([gone])
    assert "game-unusable" in findings.codes


def test_games_are_looked_at_quickly():
    nav = InstalledGame("nav", "retro.examples.nav:create_game", "retro-gamer", "1.0", (25, 25), True, "")
    heard = []
    findings = check_installation(Plugins(), [nav], tell=heard.append)
    assert "the game nav" in heard
    assert [f for f in findings if "nav" in f.what] == []  # notes are left to a check of the game itself


def test_the_help_does_not_load_what_takes_long(desk):
    import subprocess

    program = "import sys, retro_gamer_core.cli.check; print([m in sys.modules for m in ('torch', 'numpy')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[False, False]"


def test_own_code(desk, monkeypatch):
    make_run(desk)
    config = desk / "runs" / "first" / "config.toml"
    edit_config(config, {"logging": {"loggers": ["my_ears:Ears"]}})
    (desk / "my_ears.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    monkeypatch.setenv("RETRO_GAMER_INSTALLED_ONLY", "1")
    assert "own-code" in set(found_in())
    assert "my_ears" not in sys.modules
