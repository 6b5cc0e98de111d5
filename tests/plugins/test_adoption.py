"""What a run was trained with, and what has become of it: a file changed, or made a package of, or another default."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.parts_lock import LockedPart, adopted, differences, read_lock

ROOT = Path(__file__).parents[2]
COMPASS = """\
def compass(game, scale: float = 1.0):
    x, y = game.get_agent_by_name("Snake head").position
    apple_x, apple_y = game.get_agent_by_name("Apple").position
    return [scale * (apple_x > x), scale * (apple_y > y)]
"""
PROMOTED = """
from retro_gamer_core import Part, hookimpl

@hookimpl
def retro_gamer_encoders():
    yield Part("compass", "Is the apple to the right, or below?", "compass_pack.my_compass:compass")
"""


def typed(*command: str) -> str:
    done = CliRunner().invoke(retro_gamer, command)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def run(tmp_path, monkeypatch, install) -> Path:
    """A run of two episodes, trained with an encoder in a file."""
    monkeypatch.chdir(tmp_path)
    Path("my_compass.py").write_text(COMPASS, encoding="utf-8")
    installed_plugins.cache_clear()
    typed(
        *(
            "create",
            "--game",
            "snake",
            "--output",
            "run",
            "--encoder",
            "my_compass:compass",
            "--network",
            "mlp",
        ),
        *("--training-episodes", "2", "--set", "preprocessing.scale=2.0", "--seed", "1"),
    )
    typed("train", "run")
    yield tmp_path / "run"
    installed_plugins.cache_clear()


@pytest.fixture
def promoted(install):
    """Make the file a package, as ``retro-gamer promote`` does, and install that."""

    def promoted(code: str = COMPASS) -> None:
        files = {"compass_pack/__init__.py": PROMOTED, "compass_pack/my_compass.py": code}
        install("compass-pack", files=files)
        installed_plugins.cache_clear()

    return promoted


def edit(run: Path, before: str, after: str) -> None:
    config = run / "config.toml"
    text = config.read_text(encoding="utf-8")
    assert before in text
    config.write_text(text.replace(before, after), encoding="utf-8")


def test_the_lock_holds_every_option_and_what_the_file_was(run):
    locked = {part.kind: part for part in read_lock(run / "parts.lock")}
    assert locked["encoder"].options == {"scale": 2.0}
    assert len(locked["encoder"].sha256) == 64
    assert locked["learner"].options["learning_rate"] > 0
    assert locked["learner"].sha256 is None


def test_a_promoted_part_is_adopted_training_goes_on_and_the_agent_can_be_exported(run, promoted):
    promoted()
    typed("export", "run", "--output", "agent.rgp")
    with zipfile.ZipFile("agent.rgp") as file:
        assert json.loads(file.read("card.json"))["encoder"] == {"name": "compass", "options": {"scale": 2.0}}
    edit(run, '"my_compass:compass"', '"compass"')
    edit(run, "training_episodes = 2", "training_episodes = 4")
    assert "not the one" not in typed("train", "run")
    [encoder] = [part for part in read_lock(run / "parts.lock") if part.kind == "encoder"]
    assert (encoder.name, encoder.distribution) == ("compass", "compass-pack")


def test_what_is_not_the_same_code_is_not_adopted(run, promoted):
    promoted(COMPASS.replace(">", "<"))
    edit(run, '"my_compass:compass"', '"compass"')
    edit(run, "training_episodes = 2", "training_episodes = 4")
    with pytest.raises(Exception, match="trained on a different problem"):
        typed("train", "run")


def test_a_file_that_was_changed_after_training_is_told(run):
    Path("my_compass.py").write_text(COMPASS + "# changed\n", encoding="utf-8")
    edit(run, "training_episodes = 2", "training_episodes = 4")
    assert "the file of the encoder my_compass:compass is not the one" in " ".join(
        typed("train", "run").split()
    )


def test_another_default_is_told_of_what_was_learned_with():
    was = LockedPart("encoder", "eyes", "eyes:Eyes", "eyes", "eyes", "1.0", {"radius": 3, "sizes": [1]})
    assert differences([was], [replace(was, options={"radius": 3, "sizes": (1,), "new": 1})]) == []
    [found] = differences([was], [replace(was, options={"radius": 4})])
    assert found.serious and found.problem.what == "radius of the encoder eyes was 3, and is now 4"


def test_a_part_in_its_own_table_is_adopted_too(promoted, run):
    promoted()
    locked = read_lock(run / "parts.lock")
    sections = {"preprocessing": {}, "encoder": {"name": "my_compass:compass", "scale": 2.0}}
    assert adopted(sections, locked, installed_plugins())["encoder"] == {"name": "compass", "scale": 2.0}


MEMORY = """
from retro_gamer_memories.uniform import UniformMemory

class Noting(UniformMemory):
    def __init__(self, run_directory, spec, capacity):
        super().__init__(capacity, spec)
        self.directory = run_directory

    def close(self):
        (self.directory / "closed.txt").write_text(str(len(self)), encoding="utf-8")
"""


def test_a_memory_is_told_the_directory_of_its_run_and_when_training_ends(tmp_path, monkeypatch, install):
    monkeypatch.chdir(tmp_path)
    Path("noting.py").write_text(MEMORY, encoding="utf-8")
    command = ("create", "--game", "snake", "--output", "run", "--training-episodes", "2")
    typed(*command, "--set", "training.memory=noting:Noting")
    typed("train", "run")
    assert int((tmp_path / "run" / "closed.txt").read_text(encoding="utf-8")) > 0


def test_a_recipe_says_nothing_about_another_learner_than_its_own(tmp_path, monkeypatch, install):
    monkeypatch.chdir(tmp_path)
    learner = "from retro_gamer_dqn.learner import DQNLearner\n\nclass Mine(DQNLearner):\n    pass\n"
    Path("my_learner.py").write_text(learner, encoding="utf-8")
    create = ("create", "--game", "snake", "--output")
    said = typed(*create, "mine", "--set", "training.learner=my_learner:Mine")
    assert "for another learner" in said
    written = Path("mine/config.toml").read_text(encoding="utf-8").partition("[training]")[2]
    assert "learning_rate" not in written and 'learner = "my_learner:Mine"' in written
    assert "for another learner" not in typed(*create, "own", "--set", "training.learner=dqn")
    assert "epsilon" in Path("own/config.toml").read_text(encoding="utf-8")


PACK_OF_THE_PAGE = """
from retro_gamer_core import Part, hookimpl

@hookimpl
def retro_gamer_networks():
    yield Part("tiny", "One hidden layer.", "tiny_pack.tiny:Tiny", in_numpy="tiny_pack.in_numpy:tiny")
"""


def test_the_flat_network_of_the_page_works_as_a_plugin_and_plays_without_torch(
    tmp_path, monkeypatch, install
):
    page = (ROOT / "docs/how-to/write-a-network.md").read_text(encoding="utf-8")
    blocks = [block.partition("```")[0] for block in page.split("```python\n")[1:]]
    files = {"tiny_pack/__init__.py": PACK_OF_THE_PAGE}
    files |= {f"tiny_pack/{name}": block for block in blocks for name in ("tiny.py", "in_numpy.py")
              if block.startswith(f"# {name}")}  # fmt: skip
    install("tiny-pack", files=files)
    installed_plugins.cache_clear()
    monkeypatch.chdir(tmp_path)
    create = ("create", "--game", "snake", "--output", "run", "--training-episodes", "2", "--network", "tiny")
    typed(*create, "--set", "model.neurons=8")
    typed("train", "run")
    typed("export", "run", "--output", "agent.rgp")
    with zipfile.ZipFile("agent.rgp") as file:
        assert json.loads(file.read("card.json"))["network"] == {"name": "tiny", "options": {"neurons": 8}}
    assert "agent.rgp" in typed("evaluate", "agent.rgp", "--episodes", "2", "--json")
    installed_plugins.cache_clear()


def test_create_writes_an_option_into_a_table_of_the_parts_own(tmp_path, monkeypatch, install):
    monkeypatch.chdir(tmp_path)
    create = ("create", "--game", "snake", "--output", "run", "--training-episodes", "2")
    typed(*create, "--set", "learner.loss=squared", "--set", "network.name=mlp")
    text = Path("run/config.toml").read_text(encoding="utf-8")
    assert "[learner]" in text and "[network]" in text
    typed("train", "run")
    locked = {part.kind: part for part in read_lock(Path("run/parts.lock"))}
    assert (locked["learner"].options["loss"], locked["network"].name) == ("squared", "mlp")
