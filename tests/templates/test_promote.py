"""From one file to a package: the file is copied as it is, and works where it is installed, or nothing is written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.templates.part_package import NewPart, new_part
from retro_gamer_core.templates.promotion import promote

STRIPES = '''\
    """Stripes, with "quotes" in it and a last line without an end."""
    from retro_gamer_core import ObservationSpec


    class BroadStripes:
        """Sees every second column of the board. Quick.

        every: how many columns there are to one that is seen
        """

        def __init__(self, metadata, *, every: int = 2):
            width, height = metadata.board_size
            self.every = every
            self.spec = ObservationSpec(height, -(-width // every), tuple(metadata.character_set))

        def encode(self, frame, cells, features):
            cells[:] = frame.codes[:, :: self.every]'''

COMPASS = '''\
    def compass(game):
        """Is the apple to the right, or below?"""
        x, y = game.get_agent_by_name("Snake head").position
        apple_x, apple_y = game.get_agent_by_name("Apple").position
        return [apple_x > x, apple_y > y]
'''

TINY = """\
    from torch import nn


    class Tiny(nn.Module):
        def __init__(self, n_inputs, n_outputs, neurons: int = 8):
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(n_inputs, neurons), nn.ReLU(), nn.Linear(neurons, n_outputs))

        def forward(self, x):
            return self.layers(x)
"""

DIARY = '''\
    import time


    class Diary:
        """Writes down when what happened."""

        def __init__(self, run_directory):
            self.path = run_directory / "diary.txt"

        def write(self, line):
            with self.path.open("a", encoding="utf-8") as diary:
                diary.write(f"{line}\\n")

        def training_started(self, run, choices):
            self.write(time.perf_counter_ns())

        def note(self, line):
            self.write(line)

        def episode_finished(self, episode):
            self.write(episode.total_reward)

        def checkpoint_saved(self, checkpoint):
            self.write(checkpoint.path.name)

        def training_finished(self, outcome):
            self.write(outcome.reason)

        def state_dict(self):
            return {}

        def load_state_dict(self, state):
            pass
'''


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """A directory to work in; what is imported from there is forgotten afterwards."""
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.chdir(desk)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield desk
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def promoted(place: str, code: str, **wishes) -> tuple[Path, NewPart]:
    Path(place.partition(":")[0]).write_text(dedent(code), encoding="utf-8")
    return promote(place, **{"kind": None, "name": None, "game": "snake", "output": None, **wishes})


def test_an_encoder(desk, elsewhere, build_wheel):
    directory, _ = promoted("my_encoder.py:BroadStripes", STRIPES)
    copy = desk / "retro-gamer-broad-stripes" / "retro_gamer_broad_stripes" / "my_encoder.py"
    assert copy.read_bytes() == (desk / "my_encoder.py").read_bytes()
    assert "options=" not in (copy.parent / "__init__.py").read_text("utf-8")  # its own signature says them

    elsewhere.install(build_wheel(directory))
    elsewhere.retro_gamer("create", "--game", "snake", "--output", "run", "--encoder", "broad_stripes")
    assert "broad_stripes" in elsewhere.retro_gamer("info", "run", "--parts")
    elsewhere.retro_gamer(
        "create",
        "--game",
        "snake",
        "--output",
        "wide",
        "--encoder",
        "broad_stripes",
        "--set",
        "preprocessing.every=3",
    )


def test_a_function_of_the_game(desk):
    _, part = promoted("compass.py:compass", COMPASS)
    assert part.kind == "encoder"


def test_a_network_that_asks_for_the_flat_vector(desk):
    directory, part = promoted("tiny.py:Tiny", TINY, name="smallest")
    assert (directory, part.kind) == (Path("retro-gamer-smallest"), "network")


def test_a_memory(desk):
    new, files = new_part("memory", "lately")
    _, part = promoted("lately.py:Lately", files[f"{new.module}/{new.file}"])
    assert part.kind == "memory"


def test_a_logger_that_writes_the_time_of_day(desk):
    _, part = promoted("diary.py:Diary", DIARY)
    assert part.kind == "logger"


def test_a_wrapper(desk):
    new, files = new_part("wrapper", "seldom")
    _, part = promoted("seldom.py:Seldom", files[f"{new.module}/{new.file}"])
    assert part.kind == "wrapper"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (COMPASS.replace("def compass", "import beside\n\n\n    def compass"), "put what it imports"),
        (COMPASS.replace("apple_x > x", "bool(open('beside.py'))"), "put what it imports"),
        (COMPASS.replace("apple_x > x", "nowhere"), "nowhere"),
        (COMPASS + "    oh no", "cannot be loaded"),
    ],
)
def test_what_would_not_work_in_a_package_is_refused_and_nothing_is_written(code, told, desk):
    (desk / "beside.py").write_text("", encoding="utf-8")
    with pytest.raises(RetroGamerError, match=told):
        promoted("compass.py:compass", code)
    assert {path.name for path in desk.iterdir()} - {"__pycache__"} == {"beside.py", "compass.py"}


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("compass.py", "compass.py:Name"),
        ("nothing.py:compass", "no file"),
        ("my-compass.py:compass", "my_my_compass.py"),
        ("json.py:compass", "the name of another module"),
        ("maker.py:maker", "--kind"),
        ("compass.py:egocentric", "called 'egocentric' already"),
    ],
)
def test_what_cannot_be_promoted_is_told_with_a_way_out(place, told, desk):
    for name in ("compass.py", "my-compass.py", "json.py"):
        code = COMPASS if name != "json.py" else ""
        (desk / name).write_text(dedent(code) + "\n\negocentric = compass\n" * bool(code), encoding="utf-8")
    (desk / "maker.py").write_text("def maker(thing):\n    pass\n", encoding="utf-8")
    with pytest.raises(RetroGamerError, match=told):
        promote(place, kind=None, name=None, game="snake", output=None)


@pytest.mark.parametrize("place", ["mine.compass:North", "./mine/compass:North", "mine/compass.py:North"])
def test_a_place_may_be_an_import_path(place, desk):
    (desk / "mine").mkdir()
    (desk / "mine" / "compass.py").write_text("North = None\n", encoding="utf-8")
    with pytest.raises(RetroGamerError, match="--kind"):  # found, and looked at
        promote(place, kind=None, name=None, game="snake", output=None)


def test_a_file_works_by_its_import_path_from_where_it_lies(desk):
    (desk / "my_encoder.py").write_text(dedent(STRIPES), encoding="utf-8")
    for command in (
        ["create", "--game", "snake", "--output", "run", "--encoder", "my_encoder:BroadStripes"],
        ["train", "run"],
    ):
        command += ["--training-episodes", "2"] if command[0] == "create" else []
        subprocess.run([sys.executable, "-m", "retro_gamer_core.cli", *command], check=True)
    assert json.loads((desk / "run" / "training.jsonl").read_text("utf-8").splitlines()[-1])["episodes"] == 2
