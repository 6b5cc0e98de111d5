"""Games are recorded while a run is trained, and training does not notice."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np
import pytest

from retro_gamer_core.playing.replay import Recording, Replay
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training import greedy_evaluation
from retro_gamer_core.training.interrupts import StopRequest
from retro_gamer_core.training.loading import load_run, load_trainer
from retro_gamer_core.training.recorded_games import MOMENTS
from retro_gamer_core.training.time_budget import TimeBudget
from retro_gamer_seeing.recordings import read_recordings

OFTEN = {"training_episodes": 100, "evaluate_every": 200, "evaluation_games": 3, "max_turns_per_episode": 25}
WITHOUT = {"loggers": ["training_log", "json_lines"]}


@pytest.fixture(autouse=True)
def cheap(monkeypatch) -> None:
    monkeypatch.setattr(greedy_evaluation, "TRAINED_FOR_EACH", 0.001)


class Keeps:
    """A listener that wants recordings."""

    def __init__(self) -> None:
        self.recordings: list[Recording] = []
        self.evaluations: list[Any] = []

    def training_started(self, run, choices) -> None: ...

    def note(self, line) -> None: ...

    def episode_finished(self, episode) -> None: ...

    def checkpoint_saved(self, checkpoint) -> None: ...

    def training_finished(self, outcome) -> None: ...

    def evaluated(self, evaluation) -> None:
        self.evaluations.append(evaluation)

    def game_recorded(self, recording) -> None:
        self.recordings.append(recording)


def trained(run: RunDirectory, stop: Any = None, budget: Any = None) -> Keeps:
    keeps = Keeps()
    trainer = load_trainer(run, seconds_between_states=0.05)
    trainer.load_newest()
    trainer.train([keeps], stop(trainer) if stop else None, budget)
    return keeps


def contents(recording: Recording) -> dict[str, Any]:
    """All of it but the time."""
    said = {name: np.asarray(value).tolist() for name, value in vars(recording).items() if name != "at"}
    return {**said, **{f"at {name}": value for name, value in recording.at.items() if name != "seconds"}}


def recorded_in(run: RunDirectory) -> list[dict[str, Any]]:
    got = read_recordings(run.path)
    assert not got.problems
    return [contents(recording) for recording in got.recordings]


@pytest.mark.parametrize("games_in_step", [1, 4])
def test_weights_and_logs_are_the_same_without(tmp_path, make_run, outcome_of, assert_same, games_in_step):
    came_to = []
    for name, logging in [("with", {}), ("without", WITHOUT)]:
        run = make_run(tmp_path, name, training={**OFTEN, "games_in_step": games_in_step}, logging=logging)
        trainer = load_trainer(run)
        trainer.train()
        assert bool(run.recordings()) == (name == "with")
        outcome = outcome_of(run)
        for checkpoint in outcome["checkpoints"].values():
            del checkpoint["recorded"], checkpoint["config_snapshot"]["logging"], checkpoint["parts_lock"]
        came_to.append(outcome)
    assert_same(*came_to)


def test_the_moments(tmp_path, make_run):
    run = make_run(tmp_path, training={**OFTEN, "evaluate_every": 0})
    moments = [(each.at["name"], each.at["episode"]) for each in trained(run).recordings]
    assert moments == [
        ("before", 0),
        ("during", 1),
        ("during", 3),
        ("during", 10),
        ("during", 30),
        ("end", 100),
    ]


def test_each_evaluation_gives_its_first_game_and_the_best_is_marked(tmp_path, make_run):
    run = make_run(tmp_path, training=OFTEN)
    keeps = trained(run)
    *during, _ = keeps.evaluations
    first = [each for each in keeps.recordings if each.at["name"] == "evaluation"]
    assert [each.at["total_turns"] for each in first] == [each.total_turns for each in during]
    assert [each.at["best"] for each in first] == [each.is_best for each in during]
    for each in keeps.recordings:
        if each.at["name"] == "during":  # no evaluation did as well
            moment = MOMENTS[bisect_right(MOMENTS, each.at["share"]) - 1]
            assert not any(0.8 * moment <= other.at["share"] <= each.at["share"] for other in first)
    kept = read_recordings(run.path).recordings
    assert len([each for each in kept if each.at["best"]]) == 1
    assert {each.seed for each in kept} == {keeps.recordings[0].seed}


def test_all_can_be_played_again_by_the_run(tmp_path, make_run):
    run = make_run(tmp_path, training=OFTEN)
    trained(run)
    config, game = load_run(run)
    for recording in read_recordings(run.path).recordings:
        now = Replay(recording, game.factory, config.metadata).to(recording.turns)
        assert now.total_reward == recording.total_reward
        assert recording.values.shape == (recording.turns, config.metadata.n_actions)


@pytest.mark.parametrize("stop_after", [0, 39, 200, 201, 700])
def test_stopping_changes_no_recording(tmp_path, make_run, outcome_of, assert_same, stop_at, stop_after):
    whole, stopped = make_run(tmp_path, "whole", training=OFTEN), make_run(tmp_path, "cut", training=OFTEN)
    trained(whole)
    trained(stopped, lambda trainer: stop_at(trainer, stop_after))
    trained(stopped)
    assert recorded_in(stopped) == recorded_in(whole)
    came_to, expected = outcome_of(stopped), outcome_of(whole)
    came_to["checkpoints"] = {name: came_to["checkpoints"][name] for name in expected["checkpoints"]}
    assert_same(came_to, expected)


class StopWhenAskedSoOften(StopRequest):
    def __init__(self, often: int) -> None:
        self.left = often

    @property
    def asked(self) -> bool:
        self.left -= 1
        return self.left < 0

    @asked.setter
    def asked(self, value: bool) -> None: ...


@pytest.mark.parametrize("often", [2, 5, 40, 60, 300])
def test_one_that_is_given_up_is_made_up_for(tmp_path, make_run, often):
    whole, stopped = make_run(tmp_path, "whole", training=OFTEN), make_run(tmp_path, "cut", training=OFTEN)
    trained(whole)
    trained(stopped, lambda trainer: StopWhenAskedSoOften(often))
    trained(stopped)
    assert recorded_in(stopped) == recorded_in(whole)


def test_a_killed_training_leaves_none_of_turns_that_were_lost(tmp_path, make_run):
    whole, killed = make_run(tmp_path, "whole", training=OFTEN), make_run(tmp_path, "cut", training=OFTEN)
    trained(whole)

    class Dies(Keeps):
        def game_recorded(self, recording):
            if recording.at["total_turns"] > 500:
                raise KeyboardInterrupt

    trainer = load_trainer(killed, seconds_between_states=10.0)
    with pytest.raises(KeyboardInterrupt):
        trainer.train([Dies()])
    mine = killed.recording_path(0).with_name("mine.npz")
    mine.write_bytes(b"of the student")
    trained(killed)
    assert recorded_in(killed) == recorded_in(whole)
    assert mine.exists()


def test_going_back_to_a_checkpoint_sets_later_ones_aside(tmp_path, make_run):
    run = make_run(tmp_path, training=OFTEN)
    trained(run)
    before = {path.name for path in run.recordings()}
    trainer = load_trainer(run)
    trainer.load_checkpoint(run.find_checkpoint("ep_0050"))
    turns = trainer.loop.turns
    trainer.train([], StopWhenAskedSoOften(0))
    left = {path.name for path in run.recordings()}
    aside = {path.name for path in run.path.glob("set_aside/*/recordings/*")}
    assert left | aside == before and aside
    assert not run.recordings(after=turns)


def test_clean_removes_them_and_nothing_else(tmp_path, make_run):
    run = make_run(tmp_path, training=OFTEN)
    trained(run)
    mine = run.recordings()[0].with_name("turns_of_mine.npz")
    mine.write_bytes(b"")
    run.remove(run.made_by_training())
    assert list(mine.parent.iterdir()) == [mine]


RAISES_WHEN_GREEDY = """
import random
import sys
from retro.game import Game

class Walker:
    character, position = "@", (0, 0)
    def play_turn(self, game):
        frame = sys._getframe()
        while frame:
            if frame.f_code.co_name == "play_games":
                raise ValueError("seen greedy")
            frame = frame.f_back
        game.state["score"] += random.randrange(2)
        if game.turn_number == 5:
            game.end()

def create_game():
    return Game([Walker()], {"score": 0}, board_size=(6, 4))
"""


def test_a_game_that_raises_costs_that_recording_only(tmp_path, make_run):
    metadata = {"actions": ["a"], "reward": "score", "character_set": ["@"], "board_size": [6, 4]}
    run = make_run(
        tmp_path, game=RAISES_WHEN_GREEDY, metadata=metadata, training={**OFTEN, "evaluate_every": 0}
    )
    keeps = trained(run)
    assert keeps.recordings == [] and load_trainer(run).load_newest()
    assert run.final_checkpoint.exists()


def test_a_listener_that_fails_is_dropped_and_no_game_is_played_for_it(tmp_path, make_run, monkeypatch):
    run = make_run(tmp_path, training={**OFTEN, "evaluate_every": 0}, logging=WITHOUT)

    class Fails(Keeps):
        def game_recorded(self, recording):
            super().game_recorded(recording)
            raise OSError("disk full")

    fails = Fails()
    load_trainer(run).train([fails])
    assert len(fails.recordings) == 1


def test_no_long_game_costs_much(tmp_path, make_run, monkeypatch):
    from retro_gamer_core.training import recorded_games

    monkeypatch.setattr(recorded_games, "FEWEST_TURNS", 1)
    run = make_run(tmp_path, training={**OFTEN, "evaluate_every": 0, "training_episodes": 300})
    keeps = trained(run)
    turns = keeps.recordings[-1].at["total_turns"]
    assert len(keeps.recordings) == 6
    assert sum(each.turns for each in keeps.recordings) <= 0.03 * turns
    assert any(each.ended == "turn limit" for each in keeps.recordings)


def test_with_a_budget_it_is_the_share_of_time(tmp_path, make_run):
    now = iter(range(10**9))
    run = make_run(tmp_path, training={**OFTEN, "evaluate_every": 0})
    keeps = trained(run, budget=TimeBudget(20_000, clock=lambda: float(next(now))))
    shares = [round(each.at["share"], 2) for each in keeps.recordings]
    assert [each.at["name"] for each in keeps.recordings] == ["before", *["during"] * 4, "end"]
    assert shares[:5] == pytest.approx([0, 0.01, 0.03, 0.1, 0.3], abs=0.02)
