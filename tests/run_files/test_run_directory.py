"""A run's files: made, found, ordered, set aside and removed without touching anything else."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retro_gamer_core.errors import RetroGamerError, RunExists, RunNotFound
from retro_gamer_core.runs.atomic_files import LinkRefused
from retro_gamer_core.runs.process_lock import RunBusy
from retro_gamer_core.runs.run_directory import RunDirectory, episode_of, is_run


def a_run(path: Path, *checkpoints: str) -> RunDirectory:
    run = RunDirectory.create(path)
    run.config.write_text("config_version = 1\n")
    for name in checkpoints:
        (run.path / "checkpoints" / name).touch()
    return run


def everything(directory: Path) -> list[str]:
    return sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file())


def test_a_new_run_is_a_sealed_directory_with_room_for_checkpoints(tmp_path):
    run = RunDirectory.create(tmp_path / "runs" / "snake")
    assert sorted(path.name for path in run.path.iterdir()) == ["checkpoints", "made_here.txt"]
    assert run.checkpoints() == [] and run.newest_checkpoint() is None and run.newest_states() == []
    assert RunDirectory.open(str(run.path)).path == run.path


def test_an_empty_directory_may_become_a_run(tmp_path):
    (tmp_path / "snake").mkdir()
    assert is_run(RunDirectory.create(tmp_path / "snake").path)


def test_a_run_is_never_made_over_something_else(tmp_path):
    run = a_run(tmp_path / "snake")
    before = run.config.read_text()
    with pytest.raises(RunExists, match=r"there is a run in .*snake already"):
        RunDirectory.create(run.path)
    assert run.config.read_text() == before
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").touch()
    with pytest.raises(RunExists, match="is not empty"):
        RunDirectory.create(tmp_path / "photos")
    with pytest.raises(RunExists, match="is a file"):
        RunDirectory.create(tmp_path / "photos" / "cat.png")
    with pytest.raises(RetroGamerError, match="cannot be made"):
        RunDirectory.create(tmp_path / "photos" / "cat.png" / "snake")
    assert everything(tmp_path / "photos") == ["cat.png"]


def hint_of(path: Path) -> str:
    with pytest.raises(RunNotFound) as raised:
        RunDirectory.open(path)
    return raised.value.problem.hint


def test_the_run_that_was_meant_is_named(tmp_path):
    runs = tmp_path / "runs"
    snake = a_run(runs / "snake", "ep_0100.pt")
    a_run(runs / "beast")
    (runs / "snail").mkdir()
    assert hint_of(runs / "snaek") == f"did you mean {snake.path}?"
    assert hint_of(snake.config) == f"did you mean {snake.path}?"
    assert hint_of(snake.path / "checkpoints") == f"did you mean {snake.path}?"
    assert hint_of(runs / "snail") == f"did you mean {snake.path}?"
    assert hint_of(runs / "labyrinth") == f"choose one of: {runs / 'beast'}, {snake.path}"
    assert hint_of(runs) == f"choose one of: {runs / 'beast'}, {snake.path}"
    assert hint_of(tmp_path / "elsewhere" / "nav").startswith("make one: retro-gamer create")


def test_what_is_wrong_with_a_path_is_said(tmp_path):
    (tmp_path / "notes.txt").touch()
    for name, what in {"notes.txt": "is a file", "": "neither config", "x": "there is no directory"}.items():
        with pytest.raises(RunNotFound, match=what):
            RunDirectory.open(tmp_path / name)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(0, 10**7), max_size=8), st.booleans())
def test_checkpoints_are_in_the_order_of_their_numbers(tmp_path_factory, episodes, finished):
    run = RunDirectory.create(tmp_path_factory.mktemp("run") / "snake")
    paths = [run.checkpoint_path(episode) for episode in sorted(episodes)]
    if finished:
        paths.append(run.final_checkpoint)
    for path in paths:
        path.touch()
    (run.path / "checkpoints" / "ep_best.pt").touch()
    (run.path / "checkpoints" / "ep_0100.pt.0123abcd.unfinished").touch()
    assert run.checkpoints() == paths
    assert run.newest_checkpoint() == (paths[-1] if paths else None)
    assert [episode_of(path) for path in paths[: len(episodes)]] == sorted(episodes)


def test_names_of_checkpoints(tmp_path):
    run = RunDirectory(tmp_path)
    assert run.checkpoint_path(100).name == "ep_0100.pt"
    assert run.checkpoint_path(20_000).name == "ep_20000.pt"
    assert run.final_checkpoint.name == "final.pt" and episode_of(run.final_checkpoint) is None


@pytest.mark.parametrize(
    "name",
    ["ep_0100", "ep_0100.pt", "ep_100", "100", "0100", "checkpoints/ep_0100.pt", "checkpoints/ep_0100",
     "runs/snake/checkpoints/ep_0100.pt", "runs/snake/checkpoints/ep_0100"],
)  # fmt: skip
def test_a_checkpoint_has_many_names(tmp_path, monkeypatch, name):
    run = a_run(tmp_path / "runs" / "snake", "ep_0100.pt", "ep_0200.pt", "final.pt")
    monkeypatch.chdir(tmp_path)
    for given_name in (name, Path(name)):
        assert run.find_checkpoint(given_name).resolve() == run.checkpoint_path(100).resolve()


def test_final_absolute_and_foreign_checkpoints_are_found(tmp_path, monkeypatch):
    run = a_run(tmp_path / "snake", "ep_0100.pt", "final.pt", "my best.pt")
    other = a_run(tmp_path / "beast", "ep_0100.pt")
    assert run.find_checkpoint("final") == run.final_checkpoint
    assert run.find_checkpoint("my best") == run.path / "checkpoints" / "my best.pt"
    assert run.find_checkpoint(other.checkpoint_path(100)) == other.checkpoint_path(100)
    assert run.find_checkpoint(str(other.checkpoint_path(100).with_suffix(""))) == other.checkpoint_path(100)
    # The name of a directory's own file wins over a file of the same name where the person happens to be.
    monkeypatch.chdir(other.path)
    assert run.find_checkpoint("checkpoints/ep_0100.pt") == run.checkpoint_path(100)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("140", "the nearest one is ep_0100"),
        ("ep_9999.pt", "the nearest one is ep_0300"),
        ("finale", "did you mean final?"),
        ("best", "choose one of: ep_0100, ep_0200, ep_0300, final"),
        ("elsewhere/ep_0100", "did you mean ep_0100?"),
    ],
)
def test_the_nearest_checkpoint_is_named(tmp_path, name, hint):
    run = a_run(tmp_path / "snake", "ep_0100.pt", "ep_0200.pt", "ep_0300.pt", "final.pt")
    with pytest.raises(RunNotFound) as raised:
        run.find_checkpoint(name)
    assert raised.value.problem.hint == hint


def test_a_run_without_checkpoints_says_how_to_make_some(tmp_path):
    with pytest.raises(RunNotFound, match="it has none yet; make some with: retro-gamer train"):
        a_run(tmp_path / "snake").find_checkpoint("final")


def test_the_newest_states_are_kept(tmp_path):
    run = a_run(tmp_path / "snake")
    with run.hold():
        for turns in (900, 20_000, 100_000):
            run.state_path(turns).touch()
    assert run.newest_states() == [run.state_path(turns) for turns in (100_000, 20_000, 900)]
    run.prune_states(keep=2)
    assert run.newest_states() == [run.state_path(100_000), run.state_path(20_000)]


def test_files_set_aside_keep_their_content_and_their_place(tmp_path):
    run = a_run(tmp_path / "snake", "ep_0100.pt", "ep_0200.pt")
    run.checkpoint_path(200).write_text("weights")
    run.log.write_text("lines")
    first = run.set_aside([run.checkpoint_path(200), run.log, run.events], "Resumed from ep_0100!")
    assert first == run.path / "set_aside" / "001-resumed-from-ep-0100"
    assert everything(first) == ["checkpoints/ep_0200.pt", "training.log"]
    assert (first / "checkpoints" / "ep_0200.pt").read_text() == "weights"
    assert run.checkpoints() == [run.checkpoint_path(100)] and not run.log.exists()
    assert run.set_aside([run.checkpoint_path(100)], "again").name == "002-again"


def test_cleaning_removes_what_training_made_and_nothing_else(tmp_path):
    run = a_run(tmp_path / "snake", "ep_0100.pt", "ep_20000.pt", "final.pt", "my best.pt")
    checkpoints = ["checkpoints/ep_0100.pt", "checkpoints/ep_20000.pt", "checkpoints/final.pt"]
    own = ["notes.txt", "config.toml", "checkpoints/my best.pt", "state/mine.npz", "set_aside/001-x/a.pt"]
    made = ["training.log", "training.jsonl", "parts.lock", "state/turns_12.npz"]
    for name in own + made:
        path = run.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    files = run.made_by_training()
    shown = sorted(path.relative_to(run.path).as_posix() for path in files)
    assert shown == sorted([*made, *checkpoints])
    with run.hold():
        run.remove(files)
    assert everything(run.path) == sorted([*own, "made_here.txt", "training.lock"])
    assert RunDirectory.open(run.path).checkpoints() == []


def test_only_what_training_made_can_be_removed(tmp_path):
    run = a_run(tmp_path / "snake", "ep_0100.pt")
    with pytest.raises(ValueError, match=r"config\.toml"):
        run.remove([run.checkpoint_path(100), run.config])
    assert run.checkpoint_path(100).exists() and run.config.exists()


def test_a_run_is_held_by_one_and_tidied_first(tmp_path):
    run = a_run(tmp_path / "snake")
    leftover = run.path / "checkpoints" / "ep_0100.pt.0123abcd.unfinished"
    leftover.touch()
    with run.hold():
        assert not leftover.exists()
        with pytest.raises(RunBusy), RunDirectory(run.path).hold():
            pass
    assert everything(run.path) == ["config.toml", "made_here.txt", "training.lock"]


def test_it_is_quick_to_import():
    # `retro-gamer info` needs it, and nothing heavy.
    program = (
        "import sys, retro_gamer_core.runs.run_directory, retro_gamer_core.runs.training_log\n"
        "print(sorted({'numpy', 'torch', 'rich', 'retro'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == "[]"


# Links --------------------------------------------------------------------------------------

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="making links takes a privilege there")


@needs_links
@pytest.mark.parametrize(
    "name",
    [
        "training.log",
        "parts.lock",
        "config.toml",
        "state",
        "checkpoints",
        "set_aside",
        "checkpoints/ep_0100.pt",
    ],
)
@pytest.mark.parametrize("there", [True, False])
def test_a_run_with_a_link_out_of_it_is_not_held(tmp_path, name, there):
    run = RunDirectory.create(tmp_path / "run")
    link, target = run.path / name, tmp_path / "elsewhere"
    if there:
        target.mkdir()
        (target / "turns_5.npz.0123abcd.unfinished").touch()
    if link.exists():
        link.rmdir()
    link.symlink_to(target)
    with pytest.raises(LinkRefused, match="elsewhere"), run.hold():
        pass
    assert list(target.glob("*")) == [target / "turns_5.npz.0123abcd.unfinished"] * there
    assert [path.name for path in tmp_path.iterdir()].count("elsewhere") == there


@needs_links
def test_a_run_may_lie_behind_a_link_and_hold_links_to_itself(tmp_path):
    RunDirectory.create(tmp_path / "large-disk" / "run")
    (tmp_path / "run").symlink_to(tmp_path / "large-disk" / "run")
    (tmp_path / "run" / "newest.pt").symlink_to("checkpoints/final.pt")
    with RunDirectory(tmp_path / "run").hold():
        pass
