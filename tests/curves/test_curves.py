"""The curve of a run has the very numbers of its log, whatever else stands in it."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.evaluation.statistics import summarise
from retro_gamer_seeing.curves import Setting, curve_of
from retro_gamer_seeing.plot import _randoms
from retro_gamer_seeing.run_events import EventFile


def evaluation(turns: int, results: list[float], seconds: float | None = None) -> dict[str, object]:
    return {
        "event": "evaluation", "episode": turns // 100, "total_turns": turns, "total_seconds": seconds or turns / 1000,
        "score": fmean(results), "total_reward": 1.0, "turns": 7.0, "random_score": 2.5, "random_reward": 0.0,
        "is_best": True, "games": len(results), "results": results,
    }  # fmt: skip


def episode(number: int, reward: float | None, total_turns: int) -> dict[str, object]:
    return {
        "event": "episode",
        "number": number,
        "total_reward": reward,
        "turns": 10,
        "total_turns": total_turns,
    }


def read_curve(directory: Path) -> dict[str, Any]:
    return curve_of(EventFile(directory / "training.jsonl").read(), None)


def written(directory: Path, *events: object) -> Path:
    lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
    (directory / "training.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return directory


def test_each_evaluation_is_a_point(tmp_path):
    first, second = [1.0, 2.0, 6.0], [10.0, 20.0, 30.0]
    curve = read_curve(written(tmp_path, evaluation(1000, first), evaluation(5000, second)))
    assert [
        (point["turns"], point["mean"], (point["low"], point["high"])) for point in curve["evaluations"]
    ] == [
        (1000, 3.0, summarise(first).ci95),
        (5000, 20.0, summarise(second).ci95),
    ]
    assert (curve["measure"], curve["random"]) == ("score", 2.5)


def test_without_single_results_there_is_no_interval(tmp_path):
    older = {key: value for key, value in evaluation(1000, [1.0, 3.0]).items() if key != "results"}
    (point,) = read_curve(written(tmp_path, older))["evaluations"]
    assert (point["low"], point["high"]) == (None, None)


def test_a_game_without_a_score_is_compared_by_its_return(tmp_path):
    unscored = {**evaluation(1000, [4.0, 6.0]), "score": None, "total_reward": 5.0, "random_reward": -1.0}
    curve = read_curve(written(tmp_path, unscored))
    (point,) = curve["evaluations"]
    assert (curve["measure"], point["mean"], curve["random"]) == ("return", 5.0, -1.0)
    assert (point["low"], point["high"]) == summarise([4.0, 6.0]).ci95


@pytest.mark.parametrize(
    "damage",
    ["", "{", "null", "[1]", '{"event": "evaluation"}', '{"event": "episode", "number": "x"}', "\x00"],
)
def test_damaged_lines_are_passed_over(tmp_path, damage):
    curve = read_curve(written(tmp_path, damage, evaluation(1000, [3.0]), damage))
    assert [point["mean"] for point in curve["evaluations"]] == [3.0]


def test_a_line_that_is_being_written_is_not_read_yet(tmp_path):
    written(tmp_path, evaluation(1000, [3.0]))
    with (tmp_path / "training.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(evaluation(2000, [4.0]))[:-5])
    assert len(read_curve(tmp_path)["evaluations"]) == 1


def test_what_training_went_back_from_is_left_out(tmp_path):
    played = [episode(number, 1.0, 10 * number) for number in range(1, 6)]
    again = [episode(number, 9.0, 10 * number) for number in range(3, 5)]
    started = {"event": "started", "time": "", "choices": []}
    curve = read_curve(
        written(
            tmp_path, started, *played[:2], at_episode(2, [1.0]), *played[2:], at_episode(5, [5.0]),
            started, *again, at_episode(4, [9.0]),
        )
    )  # fmt: skip
    assert [(point["episode"], point["mean"]) for point in curve["evaluations"]] == [(2, 1.0), (4, 9.0)]
    training = [(point["episode"], point["mean"]) for point in curve["training"]]
    assert training == [(1, 1.0), (2, 1.0), (3, 9.0), (4, 9.0)]
    assert [mark["kind"] for mark in curve["marks"]] == ["resume"]


def at_episode(number: int, results: list[float]) -> dict[str, object]:
    return {**evaluation(10 * number, results), "episode": number}


def test_seconds_lie_between_those_that_are_known(tmp_path):
    between = episode(1, 1.0, 1500)
    curve = read_curve(
        written(tmp_path, evaluation(1000, [1.0], 10.0), between, evaluation(2000, [1.0], 40.0))
    )
    assert curve["training"][0]["seconds"] == pytest.approx(25.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=1000))
def test_training_means_hold_every_episode_once(tmp_path_factory, rewards):
    events = [episode(number, reward, 10 * number) for number, reward in enumerate(rewards, start=1)]
    training = read_curve(written(tmp_path_factory.mktemp("run"), *events))["training"]
    ends = [point["episode"] for point in training]
    groups = [rewards[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    assert ends[-1] == len(rewards) and all(groups)
    assert [point["mean"] for point in training] == pytest.approx(
        [fmean(group) for group in groups], abs=1e-6
    )


def test_a_run_that_has_not_begun_has_an_empty_curve(tmp_path):
    curve = read_curve(tmp_path)
    assert (curve["evaluations"], curve["training"]) == ([], [])


def test_seeds_that_were_evaluated_once_at_other_times_have_a_point(tmp_path):
    curves = []
    for turns, score in ((1000, 2.0), (3000, 6.0)):
        written(tmp_path, evaluation(turns, [score, score]))
        curves.append(read_curve(tmp_path))
    assert Setting("both", "snake", tuple(curves)).points("turns") == [(3000.0, 4.0, 2.0, 6.0)]


def test_random_play_of_several_games_is_not_averaged(tmp_path):
    written(tmp_path, evaluation(1000, [1.0, 2.0]))
    one, other = (Setting("a", game, (read_curve(tmp_path),)) for game in ("snake", "nav"))
    assert _randoms([one, one]) == [2.5, 2.5] and _randoms([one, other]) == []
