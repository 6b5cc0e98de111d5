"""The released wheels: ``retro-gamer-core`` is all the code and no torch, ``retro-gamer`` adds torch to it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from textwrap import dedent

import pytest
from retro.examples.snake import create_game

from retro_gamer import DQNTrainer, GameMetadata
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
from retro_gamer_core.policies.exporting import export_policy
from retro_gamer_core.runs.run_directory import RunDirectory

ROOT = Path(__file__).parents[2]
CHECKOUT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, VERSION = CHECKOUT["project"], CHECKOUT["project"]["version"]
PACKAGES = [Path(package) for package in CHECKOUT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]]

#: Whoever only plays waits for none of these.
TOO_HEAVY_TO_PLAY = {"torch", "rich", "click", "tomlkit", "markdown_it", "pytest"}

QUICKLY = {
    "training_episodes": 100,
    "max_turns_per_episode": 100,
    "network": "mlp",
    "hidden_sizes": [32, 16],
    "memory": "uniform",
    "games_in_step": 16,
    "train_every": 8,
    "batch_size": 32,
    "learning_starts": 500,
    "learning_rate": 0.001,
    "epsilon_turns": 3000,
    "evaluate_every": 0,
    "device": "cpu",
    "seed": 1,
}

#: Plays a thousand turns of snake as somebody's script would, and tells each key and what was loaded.
PLAY_SNAKE = """
    import json, random, sys
    from retro.examples.snake import create_game
    from retro_gamer import PolicyInput, TrainedPolicy

    policy = TrainedPolicy(sys.argv[1])
    loaded, keys = None, []
    while len(keys) < 1000:
        random.seed(len(keys))
        game = create_game()
        game.input_source = PolicyInput(policy, game)
        game.start()
        for _ in range(50):
            keys.append(policy.get_action(game))
            loaded = loaded or sorted({name.partition(".")[0] for name in sys.modules})
            if not game.playing:
                break
            game.step()
    print(json.dumps({"keys": keys[:1000], "loaded": loaded}))
"""

Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> dict[str, Path]:
    """Both wheels by name, built as ``make wheels`` does."""
    dist = tmp_path_factory.mktemp("dist")
    folders = [ROOT / "packaging" / name for name in ("retro-gamer-core", "retro-gamer")]
    pip("wheel", "--no-deps", "--wheel-dir", dist, *folders)
    return {file.name.partition("-")[0]: file for file in dist.iterdir()}


@pytest.fixture(scope="module")
def sdists(tmp_path_factory) -> dict[str, Path]:
    """Both source archives by name, built as ``make sdists`` does."""
    dist = tmp_path_factory.mktemp("sdists")
    for name in ("retro-gamer-core", "retro-gamer"):
        command = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", dist]
        subprocess.run(command, cwd=ROOT / "packaging" / name, check=True, capture_output=True)
    return {file.name.partition("-")[0]: file for file in dist.iterdir()}


@pytest.fixture(scope="module")
def torch_free(wheels, tmp_path_factory) -> Run:
    """``torch_free("retro-gamer", "list")``: in a fresh virtual environment with ``retro-gamer-core`` alone."""
    directory = tmp_path_factory.mktemp("torch-free")
    venv.create(directory / "venv", symlinks=os.name != "nt")
    programs = directory / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip("--python", directory / "venv", "install", wheels["retro_gamer_core"])
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "RETRO_"))}

    def run(program: str, *arguments: object, exit_code: int = 0) -> subprocess.CompletedProcess:
        command = [programs / program, *map(str, arguments)]
        env = {**clean, "PYTHONUTF8": "1"}
        done = subprocess.run(command, cwd=directory, env=env, capture_output=True, encoding="utf-8")
        assert done.returncode == exit_code, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def moving_snake(tmp_path_factory) -> tuple[Path, Path]:
    """A run that has learned enough to press several keys, and its policy file."""
    folder = tmp_path_factory.mktemp("moving-snake")
    metadata = GameMetadata.from_pyproject("retro.examples.snake")
    run, file = folder / "run", folder / "snake.rgp"
    DQNTrainer(create_game, metadata, run, {"encoder": "egocentric"}, **QUICKLY).train(
        on_episode=lambda: None
    )
    plugins = installed_plugins()
    policy = CheckpointPolicy(RunDirectory.open(run), None, plugins)
    export_policy(policy, create_game(), file, plugins=plugins)
    return run, file


def pip(*arguments: object) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def files_in(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def written(wheel: Path, name: str) -> bytes:
    archive = zipfile.ZipFile(wheel)
    [path] = [path for path in archive.namelist() if path.endswith(f".dist-info/{name}")]
    return archive.read(path)


def required(metadata: Message) -> dict[str, set[str]]:
    """What is required by name, as a set of bounds; requirements of extras are left out."""
    found = {}
    for requirement in metadata.get_all("Requires-Dist"):
        if ";" not in requirement:
            name, bounds = re.fullmatch(r"([\w.-]+)(.*)", requirement).groups()
            found[name] = set(bounds.split(","))
    return found


def bounds_of(requirements: list[str]) -> dict[str, set[str]]:
    message = Message()
    for requirement in requirements:
        message.add_header("Requires-Dist", requirement)
    return required(message)


# -- the wheels --------------------------------------------------------------------------------


def test_the_core_holds_all_the_code_and_the_other_one_none(wheels):
    code = {
        (Path(package.name) / file.relative_to(ROOT / package)).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
    }
    core, meta = files_in(wheels["retro_gamer_core"]), files_in(wheels["retro_gamer"])
    assert code <= core
    assert not [file for file in core if file.endswith(".pyc")]
    assert {file.partition("/")[0] for file in meta} == {f"retro_gamer-{VERSION}.dist-info"}
    assert core & meta == set()


@pytest.mark.parametrize("name", ["retro_gamer_core", "retro_gamer"])
def test_a_source_archive_gives_the_same_wheel_without_the_checkout(sdists, wheels, name, tmp_path):
    with tarfile.open(sdists[name]) as archive:
        pyproject = archive.extractfile(f"{name}-{VERSION}/pyproject.toml").read().decode("utf-8")
    assert "dynamic" not in tomllib.loads(pyproject)["project"] and ".." not in pyproject
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, sdists[name])
    [wheel] = tmp_path.iterdir()
    built, direct = zipfile.ZipFile(wheel), zipfile.ZipFile(wheels[name])
    assert files_in(wheel) == files_in(wheels[name])
    for file in files_in(wheel):
        assert sorted(built.read(file).split()) == sorted(direct.read(file).split()), file


def test_type_checkers_may_look_into_every_package(wheels):
    assert {f"{package.name}/py.typed" for package in PACKAGES} <= files_in(wheels["retro_gamer_core"])


def test_together_they_require_what_the_checkout_does(wheels):
    core, meta = (
        message_from_bytes(written(wheels[name], "METADATA")) for name in sorted(wheels, reverse=True)
    )
    assert (core["Name"], meta["Name"]) == ("retro-gamer-core", "retro-gamer")
    assert core["Version"] == meta["Version"] == VERSION
    wanted = bounds_of(PROJECT["dependencies"])
    torch = {"torch": wanted.pop("torch")}
    assert required(core) == wanted
    assert required(meta) == {"retro-gamer-core": {f"=={VERSION}"}, **torch}
    for metadata in (core, meta):
        assert metadata["Requires-Python"] == PROJECT["requires-python"]
        assert set(metadata.get_all("Provides-Extra")) == set(PROJECT["optional-dependencies"]) - {
            "test",
            "docs",
        }
        assert "Private :: Do Not Upload" not in metadata.get_all("Classifier")
        assert metadata.get_payload(decode=True).decode("utf-8").strip().startswith("# retro-gamer")


def test_only_the_core_registers_commands_plugins_and_games(wheels):
    lines = written(wheels["retro_gamer_core"], "entry_points.txt").decode("utf-8").splitlines()
    registered = {line for line in lines if " = " in line}
    groups = [PROJECT["scripts"], *PROJECT["entry-points"].values()]
    assert registered == {f"{name} = {value}" for group in groups for name, value in group.items()}
    assert not [file for file in files_in(wheels["retro_gamer"]) if file.endswith("entry_points.txt")]


def test_the_checkout_itself_cannot_be_uploaded_by_mistake():
    assert "Private :: Do Not Upload" in PROJECT["classifiers"]


@pytest.mark.parametrize("name", ["retro-gamer", "retro-gamer-core"])
def test_the_licence_goes_with_each(wheels, name):
    licence = (ROOT / "LICENSE").read_bytes()
    assert written(wheels[name.replace("-", "_")], "licenses/LICENSE") == licence


# -- without torch -----------------------------------------------------------------------------


def test_looking_works_without_torch(torch_free):
    assert torch_free("retro-gamer", "--version").stdout == f"retro-gamer {VERSION}\n"
    assert "export" in torch_free("retro-gamer", "--help").stdout
    assert "snake" in torch_free("retro-gamer", "list").stdout


def test_plugins_says_what_needs_torch_and_how_to_get_it(torch_free):
    shown = torch_free("retro-gamer", "plugins")
    rows = {line.split()[0]: line for line in shown.stdout.splitlines() if line.startswith("retro_gamer")}
    for name in ("retro_gamer_dqn", "retro_gamer_networks"):
        assert " needs torch " in rows[name]
    assert " ok " in rows["retro_gamer_encoders"]
    assert "network: mlp, cnn" in rows["retro_gamer_networks"]
    assert "BROKEN" not in shown.stdout
    assert "works after pip install retro-gamer" in shown.stderr
    told = json.loads(torch_free("retro-gamer", "plugins", "--json").stdout)
    assert {part["name"] for part in told["parts"] if "torch" in part["missing"]} >= {
        "mlp",
        "cnn",
        "own_module",
        "dqn",
    }
    assert {part["name"] for part in told["parts"] if not part["missing"]} >= {
        "egocentric",
        "one_hot",
        "uniform",
    }


def test_training_says_plainly_that_it_needs_torch(torch_free):
    torch_free("retro-gamer", "create", "--game", "snake", "--output", "run")
    failed = torch_free("retro-gamer", "train", "run", exit_code=1)
    assert failed.stderr.startswith("Error: the learner 'dqn' needs torch")
    assert "try:   pip install retro-gamer\n" in failed.stderr


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("from retro_gamer import build_network", "build_network"),
        (
            "from retro_gamer_core.plugins.registry import installed_plugins as p;"
            "p().build(p().find_part('network', 'mlp'), spec=None, n_outputs=3)",
            "the network 'mlp'",
        ),
        (
            "open('tiny.py', 'w').write('import torch');"
            "from retro_gamer_core.plugins.registry import installed_plugins as p;"
            "p().build(p().find_part('network', 'tiny:Tiny'), spec=None, n_outputs=3)",
            "the network 'tiny:Tiny'",
        ),
    ],
)
def test_whatever_needs_torch_says_so_in_python_too(torch_free, statement, named):
    error = torch_free("python", "-c", statement, exit_code=1).stderr
    assert f"RetroGamerError: {named} needs torch, which is not installed here" in error
    assert error.endswith("try:   pip install retro-gamer\n")


def test_environments_encoders_and_memories_work_without_torch(torch_free):
    source = """
        import numpy as np
        from retro.examples.snake import create_game
        from retro_gamer import GameEnvironment, GameMetadata, PrioritizedReplayMemory, encode_board

        metadata = GameMetadata.from_pyproject("retro.examples.snake")
        environment = GameEnvironment(create_game, metadata)
        memory = PrioritizedReplayMemory(100)
        seen = environment.reset()
        for _ in range(10):
            seen_next, reward, done = environment.step("KEY_RIGHT")
            memory.push(seen, 0, reward, seen_next, done)
            seen = environment.reset() if done else seen_next
        print(len(memory), seen.dtype)
    """
    assert torch_free("python", "-c", dedent(source)).stdout.split() == ["10", "float32"]


# -- playing -----------------------------------------------------------------------------------


def test_the_same_keys_with_and_without_torch(torch_free, moving_snake):
    """The file is played where no torch is, the run it came from here, with torch."""
    run, file = moving_snake
    without = json.loads(torch_free("python", "-c", dedent(PLAY_SNAKE), file).stdout)
    here = [sys.executable, "-c", dedent(PLAY_SNAKE), run]
    done = subprocess.run(here, capture_output=True, encoding="utf-8", check=True)
    with_torch = json.loads(done.stdout)
    assert "torch" in with_torch["loaded"]
    assert len(without["keys"]) == 1000
    assert without["keys"] == with_torch["keys"]
    assert len(set(without["keys"])) > 1
    assert set(without["loaded"]) & TOO_HEAVY_TO_PLAY == set()


def test_a_file_is_played_from_the_command_line(torch_free, moving_snake):
    shown = torch_free("retro-gamer", "play", moving_snake[1], "--seed", 1)
    assert "score" in shown.stdout + shown.stderr
