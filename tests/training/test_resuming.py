"""*Train n* is *train k, stop, go on to n*, bit for bit: weights, memory, random states, logs, checkpoints."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training import alarms, greedy_evaluation
from retro_gamer_core.training import loop as training_loop
from retro_gamer_core.training.loading import load_trainer

ARROWS = ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]

RUNS = {
    "classic: whole board, prioritized, one game": {
        "training": {"memory": "prioritized", "beta_updates": 50, "learning_rate_decay": 0.99},
    },
    "sixteen games, n-step, double, uniform": {
        "training": {
            "memory": "uniform",
            "games_in_step": 16,
            "n_step": 3,
            "double": True,
            "epsilon_turns": 300,
        },
    },
    "window round the player, state values, turn limit": {
        "preprocessing": {"encoder": "egocentric", "radius": 2, "observe_state": ["strength"]},
        "training": {"games_in_step": 3, "max_turns_per_episode": 6, "train_every": 3},
    },
    "whole board round the player, squared loss": {
        "preprocessing": {"encoder": "egocentric"},
        "training": {"games_in_step": 2, "n_step": 2, "loss": "squared"},
    },
    "convolutions": {
        "model": {"network": "cnn"},
        "training": {"training_episodes": 20, "threads": 1},
    },
    "state values alone": {
        "preprocessing": {"encoder": "state_only", "observe_state": ["strength"]},
        "training": {"games_in_step": 2},
    },
    "evaluated on the way, and watched": {
        "training": {
            "games_in_step": 3,
            "evaluate_every": 40,
            "evaluation_games": 2,
            "max_turns_per_episode": 15,
            "epsilon_turns": 3000,  # far longer than the run: there is an alarm
        },
    },
    "snake, in mirrors": {
        "game": "snake",
        "metadata": {
            "actions": ARROWS,
            "reward": "reward",
            "character_set": ["@", "*", ">", "<", "^", "v"],
            "symmetries": ["left-right", "up-down"],
        },
        "training": {"games_in_step": 4, "memory": "prioritized", "training_episodes": 20},
    },
    "nav": {
        "game": "nav",
        "metadata": {"actions": ["KEY_LEFT", "KEY_RIGHT"], "reward": "score"},
        "preprocessing": {"encoder": "egocentric", "radius": 3},
        "training": {"games_in_step": 2, "training_episodes": 8, "max_turns_per_episode": 40},
    },
}


@pytest.fixture(autouse=True, scope="module")
def restart_often():
    """Games in step are begun together again every so many turns; let that happen in these short runs too."""
    patch = pytest.MonkeyPatch()
    patch.setattr(training_loop, "TURNS_BETWEEN_RESETS", 150)
    patch.setattr(training_loop, "LONGEST_GAMES_BETWEEN_RESETS", 0)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="module")
def evaluate_and_look_often():
    """What happens every few thousand turns happens every few dozen here."""
    patch = pytest.MonkeyPatch()
    patch.setattr(greedy_evaluation, "TRAINED_FOR_EACH", 0.1)
    patch.setattr(greedy_evaluation, "GAMES_AT_THE_END", 3)
    patch.setattr(alarms, "TURNS_BETWEEN_LOOKS", 50)
    patch.setattr(alarms, "SHORTEST_RUN", 1)
    yield
    patch.undo()


class Uninterrupted:
    """A run that nobody stopped: how it was set up, when it could have been stopped last, what came of it."""

    def __init__(self, settings: dict[str, Any], last_stop: int, outcome: dict[str, Any]) -> None:
        self.settings, self.last_stop, self.outcome = settings, last_stop, outcome


@pytest.fixture(scope="module", params=RUNS, ids=str)
def uninterrupted(request, make_run, outcome_of, tmp_path_factory) -> Uninterrupted:
    run = make_run(tmp_path_factory.mktemp("uninterrupted"), **RUNS[request.param])
    trainer = load_trainer(run)
    outcome = trainer.train()
    assert outcome.reason == "finished"
    came_to = outcome_of(run)
    if "evaluate_every" in RUNS[request.param]["training"]:
        assert {"evaluation", "alarm"} < {event["event"] for event in came_to["events"]}
        assert "best.pt" in came_to["checkpoints"]
    return Uninterrupted(RUNS[request.param], outcome.total_turns - trainer.loop.games.num_envs, came_to)


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking would train a hundred times more


@given(data=st.data())
@settings(max_examples=3, deadline=None, phases=PHASES)
def test_stopping_and_going_on_changes_nothing(
    uninterrupted, make_run, outcome_of, assert_same, stop_at, data
):
    stop_and_go_on(uninterrupted, make_run, outcome_of, assert_same, stop_at, data)


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=60, deadline=None, phases=PHASES)
def test_wherever_it_is_stopped(uninterrupted, make_run, outcome_of, assert_same, stop_at, data):
    stop_and_go_on(uninterrupted, make_run, outcome_of, assert_same, stop_at, data)


def stop_and_go_on(uninterrupted, make_run, outcome_of, assert_same, stop_at, data) -> None:
    stops = st.lists(st.integers(0, uninterrupted.last_stop), min_size=1, max_size=2).map(sorted)
    stops, expected = data.draw(stops, label="stops"), uninterrupted.outcome
    with TemporaryDirectory(prefix="pytest-") as directory:
        run = make_run(Path(directory), **uninterrupted.settings)
        for turns in stops:
            trainer = load_trainer(run)
            trainer.load_newest()
            trainer.train(stop=stop_at(trainer, turns))
        trainer = load_trainer(run)
        assert trainer.load_newest()
        assert trainer.train().reason == "finished"
        actual = outcome_of(run)
    stopped_at = actual["checkpoints"].keys() - expected["checkpoints"].keys()
    assert len(stopped_at) <= len(stops)
    for name in stopped_at:
        del actual["checkpoints"][name]
    assert_same(actual, expected)


@pytest.mark.parametrize("turns", [42, 81, 82])
def test_stopped_twice_in_the_middle_of_an_evaluation(
    make_run, outcome_of, assert_same, stop_at, tmp_path, turns
):
    """An evaluation that is due is made before any other turn is played, however often it is given up."""
    watched = RUNS["evaluated on the way, and watched"]
    for name, stops in {"whole": [], "stopped": [turns, turns, turns]}.items():
        (tmp_path / name).mkdir()
        run = make_run(tmp_path / name, **watched)
        for stop in stops:
            trainer = load_trainer(run)
            trainer.load_newest()
            trainer.train(stop=stop_at(trainer, stop))
        trainer = load_trainer(run)
        trainer.load_newest()
        trainer.train()
    whole, stopped = (outcome_of(RunDirectory.open(tmp_path / name / "run")) for name in ("whole", "stopped"))
    for what in ("loop", "evaluation", "log"):
        assert_same(stopped[what], whole[what])


def test_going_on_in_the_same_process_changes_nothing(make_run, outcome_of, assert_same, stop_at, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    run, stopped = make_run(tmp_path / "a"), make_run(tmp_path / "b")
    load_trainer(run).train()
    trainer = load_trainer(stopped)
    first = trainer.train(stop=stop_at(trainer, 100))
    last = trainer.train()
    assert (first.reason, last.reason) == ("interrupted", "finished")
    assert last.total_seconds > first.total_seconds
    assert_same(outcome_of(stopped)["loop"], outcome_of(run)["loop"])
    assert not list((stopped.path / "set_aside").glob("*"))


def test_saving_at_every_turn_changes_nothing(make_run, outcome_of, assert_same, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    run, saving = (make_run(tmp_path / name, training={"training_episodes": 11}) for name in "ab")
    load_trainer(run).train()
    load_trainer(saving, seconds_between_states=0).train()
    assert_same(outcome_of(saving), outcome_of(run))


def test_more_episodes_after_the_end_go_on_exactly_there(make_run, outcome_of, assert_same, tmp_path):
    """Sixteen games seldom end one at a time: those beyond the last episode count when it goes on."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    many = {"games_in_step": 16, "checkpoint_every": 5, "epsilon_decay": 0.9}
    run = make_run(tmp_path / "a", training={**many, "training_episodes": 40})
    raised = make_run(tmp_path / "b", training={**many, "training_episodes": 25})
    load_trainer(run).train()
    load_trainer(raised).train()
    text = raised.config.read_text(encoding="utf-8")
    raised.config.write_text(
        text.replace("training_episodes = 25", "training_episodes = 40"), encoding="utf-8"
    )
    trainer = load_trainer(raised)
    assert trainer.load_newest() and not trainer.finished
    trainer.train()
    assert outcome_of(raised)["log"] == outcome_of(run)["log"]
    assert_same(outcome_of(raised)["loop"], outcome_of(run)["loop"])
