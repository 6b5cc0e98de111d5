"""What the page says: the numbers of the run's files, and words for whatever is missing or damaged."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page.invented_run import HOSTILE, data_in, invented_data
from page.test_server import EVALUATION, STARTED, write

from retro_gamer_core.evaluation.statistics import summarise
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_seeing.boards import ground_of, ink_and_ground
from retro_gamer_seeing.explanation import disagrees
from retro_gamer_seeing.futures import Future
from retro_gamer_seeing.page_data import RunFiles, packed
from retro_gamer_seeing.page_source import PageSource, everything
from retro_gamer_seeing.recordings import read_recordings
from retro_gamer_seeing.rendering import page

CONFIG = """
[game]
name = "snake"

[metadata]
actions = ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]
reward = "reward"
"""


@pytest.fixture
def run(tmp_path) -> Path:
    path = tmp_path / "run"
    path.mkdir()
    (path / "config.toml").write_text(CONFIG, encoding="utf-8")
    return path


def unpacked(value: dict[str, Any]) -> np.ndarray:
    """The array in what ``packed`` gave."""
    raw = zlib.decompress(base64.b64decode(value["data"]))
    return np.frombuffer(raw, value["dtype"]).reshape(value["shape"])


def figures(run: Path) -> dict[str, Any]:
    return RunFiles(RunDirectory.open(run)).figures()


def all_of(run: Path) -> dict[str, Any]:
    return everything(PageSource(RunDirectory.open(run)), lambda what, share: None)


def episode(number: int, turns: int, reward: float) -> dict[str, Any]:
    return {"event": "episode", "number": number, "total_turns": turns, "total_reward": reward, "turns": 10}


def test_every_number_is_the_one_in_the_file(snake_run):
    lines = [
        json.loads(line) for line in (snake_run / "training.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    evaluations = [line for line in lines if line["event"] == "evaluation"]
    episodes = [line for line in lines if line["event"] == "episode"]
    [ended] = [line for line in lines if line["event"] == "finished"]
    told = figures(snake_run)
    curve = told["curve"]
    assert len(evaluations) > 1 and len(episodes) == 120
    assert curve["measure"] == "score"
    for point, line in zip(curve["evaluations"], evaluations, strict=True):
        assert [point[key] for key in ("turns", "seconds", "episode", "mean", "games", "best")] == [
            line[key] for key in ("total_turns", "total_seconds", "episode", "score", "games", "is_best")
        ]
        assert (point["low"], point["high"]) == summarise(line["results"]).ci95
        assert point["low"] <= point["mean"] <= point["high"]
    assert [point["mean"] for point in curve["training"]] == [line["total_reward"] for line in episodes]
    assert curve["random"] == evaluations[-1]["random_score"]
    assert (told["run"]["turns"], told["run"]["episodes"]) == (ended["total_turns"], ended["episodes"])
    assert told["run"]["seconds"] == ended["total_seconds"]
    assert told["run"]["state"] == "finished"


def test_every_game_is_the_one_that_was_recorded(snake_run):
    data = all_of(snake_run)
    recorded = {each.at["total_turns"]: each for each in read_recordings(snake_run).recordings}
    assert data["games"]
    for game in data["games"]:
        recording = recorded[game["at"]["total_turns"]]
        assert game["problem"] is None
        assert game["pressed"] == recording.keys.tolist()
        assert np.array_equal(unpacked(game["values"]), recording.values)
        assert game["rewards"] == pytest.approx(recording.rewards.tolist())
        assert game["scores"][-1] == recording.score == game["score"]
        boards = unpacked(game["board"]["cells"])
        assert boards.shape == (recording.turns + 1, 16, 32)
        assert all(["@", "*"] and code for code in game["unseen"]) or game["unseen"] == []
    assert {"before training"} <= {game["label"] for game in data["games"]}
    low, high = data["value_range"]
    assert low <= min(unpacked(game["values"]).min() for game in data["games"])
    assert high >= max(unpacked(game["values"]).max() for game in data["games"])


def test_moments_have_futures_where_a_checkpoint_can_play_on(snake_run):
    moments = [moment for game in all_of(snake_run)["games"] for moment in game["moments"]]
    played_on = [moment for moment in moments if moment["futures"]]
    assert played_on
    assert all({"futures", "futures_note"} & moment.keys() for moment in moments)
    for moment in played_on:
        assert len(moment["futures"]) == 5
        assert all(future["of"] == 20 and future["deaths"] <= 20 for future in moment["futures"])


def test_many_episodes_are_means_of_neighbours(run):
    write(run, STARTED, *(episode(i + 1, 10 * (i + 1), float(i % 7)) for i in range(1000)), EVALUATION)
    points = figures(run)["curve"]["training"]
    assert len(points) == 300
    assert sum(point["episodes"] for point in points) == 1000
    assert points[-1]["turns"] == 10_000
    assert sum(point["mean"] * point["episodes"] for point in points) == pytest.approx(
        sum(i % 7 for i in range(1000))
    )


def test_a_run_goes_on_is_cut_back_and_grows_by_half_lines(run):
    files = RunFiles(RunDirectory.open(run))
    assert files.figures()["run"]["state"] == "not trained yet"
    write(run, STARTED, episode(1, 10, 1.0), EVALUATION)
    assert files.figures()["run"]["turns"] == 5000
    with (run / "training.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"event": "evalu')
    assert files.figures()["missing"] == []
    with (run / "training.jsonl").open("a", encoding="utf-8") as file:
        file.write('ation"}\nnonsense\n[1]\n')
    assert "3 lines of training.jsonl could not be read" in files.figures()["missing"][0]
    (run / "training.jsonl").unlink()
    write(run, STARTED, episode(1, 20, 2.0), STARTED)
    told = files.figures()
    assert told["curve"]["evaluations"] == [] and told["missing"] == []
    assert [mark["kind"] for mark in told["curve"]["marks"]] == ["resume"]
    assert told["run"]["state"] == "gone"


def test_turns_that_were_played_again_count_once(run):
    later = EVALUATION | {"episode": 3, "total_turns": 30}
    write(run, STARTED, *(episode(i, 10 * i, 1.0) for i in (1, 2, 3)), later, STARTED, episode(2, 25, 5.0))
    curve = figures(run)["curve"]
    assert [(point["episode"], point["mean"]) for point in curve["training"]] == [(1, 1.0), (2, 5.0)]
    assert curve["evaluations"] == []


def test_without_a_score_the_return_is_shown(run):
    write(run, STARTED, EVALUATION | {"score": None, "random_score": None})
    curve = figures(run)["curve"]
    assert (curve["measure"], curve["evaluations"][0]["mean"], curve["random"]) == ("return", 20.25, -9.5)


def test_alarms_and_a_prediction_are_told(run):
    alarm = {
        "event": "alarm",
        "code": "one-action",
        "what": HOSTILE,
        "why": "w",
        "hint": "h",
        "episode": 2,
        "total_turns": 20,
    }
    write(run, STARTED, alarm, EVALUATION)
    (run / "prediction.json").write_text(json.dumps({"value": 40, "text": HOSTILE}), encoding="utf-8")
    told = figures(run)
    assert told["alarms"] == [{"code": "one-action", "what": HOSTILE, "why": "w", "hint": "h", "turns": 20}]
    assert told["curve"]["prediction"] == {"value": 40.0, "text": HOSTILE}
    assert [mark["kind"] for mark in told["curve"]["marks"]] == ["alarm"]


def test_a_run_from_before_has_its_curve_and_a_sentence_for_the_rest(run):
    write(run, STARTED, episode(1, 40, 2.0), EVALUATION)
    data = all_of(run)
    [point] = data["curve"]["evaluations"]
    assert (point["mean"], point["low"], point["high"]) == (12.0, None, None)
    assert data["games"] == [] and "recordings" in data["games_note"]
    page(data)


def test_a_run_without_its_log_says_so(run):
    data = all_of(run)
    assert any("training.jsonl" in sentence for sentence in data["missing"])
    page(data)


def test_map_ledger_and_cells_that_mattered_are_there(snake_run):
    data = all_of(snake_run)
    free = 16 * 32 - 40
    assert len(data["map"]["cells"]) > free
    assert {cell[2] for cell in data["map"]["cells"]} <= {*data["games"][0]["keys"]}
    assert sum(each["count"] for each in data["ledger"]["rewards"]) <= data["ledger"]["turns"]
    assert any(moment["mattered"] for game in data["games"] for moment in game["moments"])


def test_damaged_files_cost_only_themselves(snake_run, tmp_path):
    run = tmp_path / "damaged"
    (run / "recordings").mkdir(parents=True)
    for path in [
        snake_run / "config.toml",
        snake_run / "training.jsonl",
        *(snake_run / "recordings").iterdir(),
    ]:
        (run / path.relative_to(snake_run)).write_bytes(path.read_bytes())
    first, *_ = sorted((run / "recordings").iterdir())
    first.write_bytes(first.read_bytes()[:200])
    (run / "parts.lock").write_bytes(b"\xff\xfe")
    data = all_of(run)
    assert any(first.name in problem for problem in data["games_problems"])
    assert any("parts.lock" in sentence for sentence in data["missing"])
    assert [game for game in data["games"] if game["board"]]
    assert all("checkpoint" in moment["futures_note"] for game in data["games"] for moment in game["moments"])
    (run / "config.toml").write_text("[game", encoding="utf-8")
    data = all_of(run)
    assert "cannot be shown" in data["games_note"]
    assert data["curve"]["evaluations"]


def test_nothing_in_the_data_can_end_the_script_around_it():
    html = page(invented_data(name=HOSTILE))
    assert html.count("</script>") == 2
    assert data_in(html)["run"]["name"] == HOSTILE
    assert HOSTILE not in html


@pytest.mark.parametrize("array", [np.arange(12, dtype=np.uint8).reshape(3, 4), np.zeros((0, 5), np.float32)])
def test_packed_arrays_come_out_as_they_were(array):
    found = unpacked(packed(array))
    assert found.dtype == array.dtype and np.array_equal(found, array) and found.shape == array.shape


def test_colours_of_characters_can_be_told_from_their_ground():
    for colour in ("red_on_black", "black_on_black", "white_on_skyblue1", "navy", "", "nonsense_on_nonsense"):
        for board in ("#101418", ground_of("black_on_skyblue1")):
            ink, ground = ink_and_ground(colour, board)
            assert ink != (ground or board)


@pytest.mark.parametrize(
    ("deaths", "mean_reward", "expected", "told"),
    [
        (20, -10.0, 5.0, True),  # it hoped, and died
        (20, -10.0, -8.0, False),  # it knew
        (0, 30.0, -20.0, True),  # it feared, and nothing brought more
        (0, 10.0, -20.0, False),  # it feared rightly: another key brought more
        (0, 30.0, 48.0, False),
        (6, 22.0, -20.0, False),  # a matter of chance
    ],
)
def test_what_the_learner_did_not_expect_is_told(deaths, mean_reward, expected, told):
    future = Future(0, "w", 20, deaths, None, mean_reward, None, None, 0)
    assert disagrees(future, expected, best=50.0, best_came=30.0, span=200.0) is told
