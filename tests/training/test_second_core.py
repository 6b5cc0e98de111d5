"""Games in a process of their own: the same run to the last bit, and nothing lost when the process is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from waiting import PATIENCE, wait_until

from retro_gamer import DQNTrainer, GameMetadata
from retro_gamer_core import GameFacts
from retro_gamer_core.configuration import edit_config
from retro_gamer_core.errors import GameError
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training import loop as training_loop
from retro_gamer_core.training.loading import find_game, load_trainer
from retro_gamer_dqn.recipes import standard

SOMETIMES = '        random.random() < 0.03 and ouch["no such key"]\n'

RUNS = {
    "one game, prioritized": {"training": {"memory": "prioritized", "beta_updates": 50}},
    "games that raise, n-step, begun together again": {
        "errors": True,
        "training": {"games_in_step": 5, "n_step": 3, "memory": "uniform", "train_every": 3, "seed": 11},
    },
    "one game that raises": {"errors": True, "training": {"n_step": 2}},
    "a window, a turn limit, evaluated": {
        "preprocessing": {"encoder": "egocentric", "radius": 2, "observe_state": ["strength"]},
        "training": {
            "games_in_step": 3,
            "max_turns_per_episode": 6,
            "evaluate_every": 50,
            "evaluation_games": 2,
            "seed": 5,
        },
    },
    "characters nobody told of": {
        "metadata": {"character_set": ["@"]},
        "training": {"games_in_step": 4, "unknown_character_strategy": "extend"},
    },
    "snake": {
        "game": "snake",
        "metadata": {
            "actions": ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"],
            "reward": "reward",
            "character_set": ["@", "*", ">", "<", "^", "v"],
        },
        "training": {"games_in_step": 4, "training_episodes": 20},
    },
}


@pytest.fixture(autouse=True)
def restart_often(monkeypatch):
    monkeypatch.setattr(training_loop, "TURNS_BETWEEN_RESETS", 150)
    monkeypatch.setattr(training_loop, "LONGEST_GAMES_BETWEEN_RESETS", 0)


@pytest.fixture
def make_either(make_run, coin_game, tmp_path) -> Callable[..., RunDirectory]:
    """``make_either(game_process=True, **settings)``: a run; those of one test have one game."""
    made = []

    def make_either(
        game_process: bool, *, errors: bool = False, training: dict | None = None, **settings: Any
    ) -> RunDirectory:
        game = settings.pop("game", coin_game)
        if errors:
            line = '        game.state["strength"] -= 1\n'
            game = game.replace(line, SOMETIMES + line) + "\n\nouch = {}\n"
        if "metadata" in settings and "actions" not in settings["metadata"]:
            described = {
                "actions": ["KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN"],
                "reward": "score",
                "board_size": [6, 4],
            }
            settings["metadata"] = {**described, **settings["metadata"]}
        training = {**(training or {}), "game_process": game_process}
        made.append(None)
        return make_run(tmp_path, f"run{len(made)}", game=game, training=training, **settings)

    return make_either


@pytest.fixture
def all_of(outcome_of) -> Callable[[RunDirectory], dict[str, Any]]:
    """What has come of a run, but for where its games were played."""

    def all_of(run: RunDirectory) -> dict[str, Any]:
        outcome = outcome_of(run)
        for checkpoint in outcome["checkpoints"].values():
            del checkpoint["config_snapshot"]["training"]["game_process"]
        return outcome

    return all_of


@pytest.mark.parametrize("settings", RUNS.values(), ids=RUNS)
def test_where_games_are_played_changes_nothing(make_either, all_of, assert_same, heard, settings):
    here, there = make_either(False, **settings), make_either(True, **settings)
    load_trainer(here).train([heard])
    notes = heard.notes[:]
    heard.notes.clear()
    trainer = load_trainer(there)
    assert any("in a process of their own" in line for line in trainer.explain())
    trainer.train([heard])
    assert heard.notes == notes
    assert_same(all_of(there), all_of(here))


@pytest.mark.parametrize("first", [False, True], ids=["from here to there", "from there to here"])
@pytest.mark.parametrize("name", list(RUNS)[:3])
def test_going_on_elsewhere_changes_nothing(
    make_either, outcome_of, assert_same, stop_at, name, first, monkeypatch
):
    monkeypatch.setattr(training_loop, "TURNS_BETWEEN_RESETS", 400)
    unstopped, moved = make_either(False, **RUNS[name]), make_either(first, **RUNS[name])
    load_trainer(unstopped).train()
    for elsewhere, turns in ((first, 61), (not first, 170), (first, sys.maxsize)):
        edit_config(moved.config, {"training": {"game_process": elsewhere}})
        trainer = load_trainer(moved)
        trainer.load_newest()
        trainer.train(stop=stop_at(trainer, turns))
    assert_same(outcome_of(moved)["loop"], outcome_of(unstopped)["loop"])
    assert outcome_of(moved)["log"] == outcome_of(unstopped)["log"]


def test_what_a_game_prints_is_printed_and_torch_is_not_there(make_either, coin_game, capsys):
    line = "    import os, sys\n    print(f\"made in {os.getpid()}, torch: {'torch' in sys.modules}\")\n"
    game = coin_game.replace("def create_game():\n", "def create_game():\n" + line)
    load_trainer(make_either(True, game=game, training={"training_episodes": 3})).train()
    printed = capsys.readouterr().out.splitlines()
    elsewhere = [line for line in printed if not line.startswith(f"made in {os.getpid()}")]
    assert len(elsewhere) >= 3
    assert all(line.endswith("torch: False") for line in elsewhere)


def test_a_game_without_a_name_stays_and_says_so(coin_game, tmp_path):
    file = tmp_path / "nameless.py"
    file.write_text(coin_game, encoding="utf-8")
    create_game = find_game(str(file)).factory
    metadata = GameMetadata(["KEY_LEFT", "KEY_RIGHT"], "score", ["@", "$"])
    trainer = DQNTrainer(
        lambda: create_game(), metadata, tmp_path / "run", game_process=True, training_episodes=3
    )
    trainer.train()
    log = (tmp_path / "run" / "training.log").read_text(encoding="utf-8")
    assert "game_process is true, but the games are played in this process: another one cannot find" in log
    assert "<lambda>" in log


@pytest.mark.parametrize(
    ("microseconds", "cores", "chosen", "why"),
    [
        (230, 2, True, "takes 230 µs and this computer has 2 processor cores"),
        (230, 1, False, "one processor core"),
        (8, 2, False, "takes 8 µs: too little to gain"),
    ],
)
def test_the_standard_recipe_uses_a_second_core_for_slow_games(monkeypatch, microseconds, cores, chosen, why):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    facts = GameFacts("beast", (51, 25), ("KEY_UP",), ("@",), True, (), "", 1e-6 * microseconds, 0.001)
    [choice] = [choice for choice in standard(facts) if choice.key == "game_process"]
    assert choice.value is chosen
    assert why in choice.reason


# Ends ---------------------------------------------------------------------------------------------


def leaves_its_number(game: str) -> str:
    """The game, in which each process that makes one leaves a file named after itself."""
    line = "    Path(__file__).with_name(f'{os.getpid()}.pid').touch()\n"
    imports = "import os\nfrom pathlib import Path\nimport random\n"
    return game.replace("import random\n", imports, 1).replace(
        "def create_game():\n", f"def create_game():\n{line}"
    )


def process_of_games(run: RunDirectory, *others: int) -> int:
    numbers = {int(file.stem) for file in run.path.parent.glob("*.pid")} - {os.getpid(), *others}
    return min(numbers, default=0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_when_its_process_is_killed_all_is_saved_and_going_on_changes_nothing(
    make_either, coin_game, outcome_of, assert_same, heard
):
    settings = {"game": leaves_its_number(coin_game), "training": {"games_in_step": 4, "n_step": 2}}
    unstopped, killed = make_either(False, **settings), make_either(True, **settings)
    load_trainer(unstopped).train()
    trainer = load_trainer(killed, seconds_between_states=0)

    class Killer:
        def episode_finished(self, episode: Any) -> None:
            if episode.number == 15:
                os.kill(process_of_games(killed), signal.SIGKILL)

        def __getattr__(self, name: str) -> Any:
            return lambda *arguments: None

    with pytest.raises(GameError, match="the process in which the games are played is lost") as raised:
        trainer.train([heard, Killer()])
    assert raised.value.exit_code == 4
    assert "signal 9" in str(raised.value) and "game_process = false" in str(raised.value)
    assert [outcome.reason for outcome in heard.outcomes] == ["failed"]
    assert killed.newest_checkpoint() is not None

    again = load_trainer(killed)
    assert again.load_newest() and again.loop.episodes > 10  # all but the turn in which it was killed
    assert again.train().reason == "finished"
    assert_same(outcome_of(killed)["loop"], outcome_of(unstopped)["loop"])
    assert outcome_of(killed)["log"] == outcome_of(unstopped)["log"]


def test_a_run_that_was_interrupted_in_the_middle_of_a_turn_is_gone_on_with_from_its_state(make_either):
    run = make_either(True, training={"games_in_step": 4})
    trainer = load_trainer(run, seconds_between_states=0)
    learn = trainer.loop.learner.learn

    def interrupted(batch: Any) -> Any:
        if trainer.loop.episodes >= 15:
            raise KeyboardInterrupt
        return learn(batch)

    trainer.loop.learner.learn = interrupted
    with pytest.raises(KeyboardInterrupt):
        trainer.train()
    trainer.loop.learner.learn = learn
    with pytest.raises(GameError, match="left in the middle of a turn"):
        trainer.train()
    again = load_trainer(run)
    assert again.load_newest() and again.loop.episodes >= 15
    assert again.train().reason == "finished"


@pytest.fixture
def train() -> Iterator[Callable[..., subprocess.Popen]]:
    """``train(run)``: the command in a process of its own, in a process group of its own."""
    processes = []

    def train(run: RunDirectory) -> subprocess.Popen:
        command = [sys.executable, "-m", "retro_gamer_core.cli", "train", run.path, "--save-every", "0.05"]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield train
    for process in processes:
        process.kill()
        process.communicate()


MANY = {"games_in_step": 4, "training_episodes": 5_000, "checkpoint_every": 1_000}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a group of processes")
def test_ctrl_c_is_left_to_the_process_that_learns(make_either, train):
    run = make_either(True, training=MANY)
    process = train(run)
    wait_until(run.newest_states, process)
    os.killpg(process.pid, signal.SIGINT)
    printed = process.communicate(timeout=PATIENCE)[0]  # comes to an end when both processes have
    assert process.returncode == 130, printed
    assert "everything is saved" in printed
    trainer = load_trainer(run)
    assert trainer.load_newest() and not trainer.finished


@pytest.mark.parametrize("endless", [False, True], ids=["a game", "a game that never ends"])
def test_when_the_process_that_learns_is_killed_the_other_ends_too(make_either, train, coin_game, endless):
    game = leaves_its_number(coin_game)
    if endless:
        turn = "    def play_turn(self, game):\n"
        # Not in the process that learns, which has a quick look at the game before it begins.
        forever = (
            "        if __import__('sys').argv[0] == '-c':\n"
            "            Path(__file__).with_name('stuck').touch()\n"
            "            while True: pass\n"
        )
        game = game.replace(turn, turn + forever)
    run = make_either(True, game=game, training=MANY)
    stuck: Path = run.path.parent / "stuck"
    process = train(run)
    wait_until(stuck.exists if endless else run.newest_states, process)
    assert process_of_games(run, process.pid)
    process.kill()
    process.communicate(timeout=PATIENCE)  # the output of both is one pipe: its end is the end of both
