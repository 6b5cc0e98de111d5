"""The lines of training.log, and what is read again of training.jsonl."""

import json
import math
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.events import AlarmRaised, CheckpointSaved, EpisodeFinished, Evaluated, RunInfo
from retro_gamer_core.runs.training_log import TrainingLog, format_duration, read_training_log
from retro_gamer_loggers.json_lines import JsonLinesWriter
from retro_gamer_loggers.training_log import (
    format_checkpoint,
    format_choice,
    format_episode,
    format_evaluation,
    format_heading,
    format_note,
)

EPISODES = (
    EpisodeFinished(1, 3.0, 145, 0.995, 0.043, "game over", 145, {"epsilon": 0.995}),
    EpisodeFinished(2, 0.0, 7, 0.99, None, "turn limit", 152),
)
CHECKPOINT = CheckpointSaved(Path("ep_0002.pt"), 2, 1, 1.5, 76.0, 0.043, 0.99, 1.0, 1.0, 152, 152.0)
EVALUATION = Evaluated(
    episode=2, total_turns=150, total_seconds=1.0, score=None, total_reward=1.0, turns=5.0, random_score=None,
    random_reward=0.0, most_frequent_action=None, most_frequent_share=0.5, is_best=True, games=3,
)  # fmt: skip
ALARM = AlarmRaised("reward-never-seen", "no reward", 20.0, "nothing can be learned", "another number")


def test_an_episode():
    episode = EpisodeFinished(1, 3.0, 145, 0.995, 0.043, "game over", 145)
    assert format_episode(episode) == "[EP 0001] total_reward=3.0 steps=145 epsilon=0.995 avg_loss=0.043"


def test_a_checkpoint():
    checkpoint = CheckpointSaved(
        Path("ep_0100.pt"), 100, 1, 1.23, 145.3, 0.04321, 0.97, 12.9, 62.0, 14530, 1200.0
    )
    assert format_checkpoint(checkpoint) == (
        "[ep_0100] ep=0001-0100 avg_reward=+1.2 avg_steps=145 epsilon=0.970 avg_loss=0.0432"
        " time=0m12s total=1m02s"
    )


def test_an_evaluation():
    evaluation = Evaluated(
        episode=312, total_turns=50_000, total_seconds=9.0, score=95.8, total_reward=102.3, turns=145.4,
        random_score=3.8, random_reward=-9.1, most_frequent_action=None, most_frequent_share=0.4,
        is_best=True, games=10,
    )  # fmt: skip
    line = "[EVAL] ep=0312 turns=50000 score=95.8 reward=102.3 steps=145 games=10 random_score=3.8 random_reward=-9.1"
    assert format_evaluation(evaluation) == f"{line} best"
    worse = replace(evaluation, score=None, random_score=None, is_best=False)
    assert format_evaluation(worse) == line.replace("score=95.8", "score=-").replace("score=3.8", "score=-")


@pytest.mark.parametrize(
    ("loss", "text"),
    [(None, "-"), (0.0, "0.0"), (4.3211e-7, "4.32e-07"), (0.5, "0.5"), (12.345, "12.3"), (98765.4, "98765.4"),
     (math.nan, "nan"), (math.inf, "inf")],
)  # fmt: skip
def test_a_loss_is_shown_in_full_or_as_missing(loss, text):
    line = format_episode(EpisodeFinished(20_000, -0.1 - 0.2, 7, 0.05, loss, "game over", 7))
    assert line == f"[EP 20000] total_reward=-0.3 steps=7 epsilon=0.050 avg_loss={text}"


@pytest.mark.parametrize(
    ("reward", "text"), [(0.0, "+0.0"), (-12.34, "-12.3"), (0.0371, "+0.037"), (math.nan, "+nan")]
)
def test_an_average_reward_has_its_sign(reward, text):
    line = format_checkpoint(CheckpointSaved(Path(), 5, 1, reward, 9.0, None, 1.0, 0, 3599, 9, 1.0))
    expected = f"avg_reward={text} avg_steps=9 epsilon=1.000 avg_loss=- time=0m00s total=59m59s"
    assert line == f"[ep_0005] ep=0001-0005 {expected}"


@pytest.mark.parametrize(("seconds", "text"), [(59.99, "0m59s"), (3600, "1h00m00s"), (360_007, "100h00m07s")])
def test_durations(seconds, text):
    assert format_duration(seconds) == text


def test_every_line_of_a_longer_text_has_its_prefix():
    assert format_choice("the network\nis small") == "[INIT] the network\n[INIT] is small"
    assert format_note("a game raised:\r\n  ZeroDivisionError") == (
        "[NOTE] a game raised:\n[NOTE]   ZeroDivisionError"
    )


def test_a_heading():
    when = datetime(2026, 11, 20, 8, 0, 0)
    assert format_heading("Training started", when) == "=== Training started | 2026-11-20 08:00:00 ==="


@pytest.fixture
def written(tmp_path):
    """``written(*events)``: the path of a training.jsonl that tells of them; a list is a beginning with choices."""

    def written(*events) -> Path:
        (tmp_path / "training.jsonl").unlink(missing_ok=True)
        log = JsonLinesWriter(tmp_path)
        for event in events:
            match event:
                case list():
                    log.training_started(RunInfo(tmp_path, "snake", 7), event)
                case str():
                    log.note(event)
                case EpisodeFinished():
                    log.episode_finished(event)
                case CheckpointSaved():
                    log.checkpoint_saved(event)
                case Evaluated():
                    log.evaluated(event)
                case AlarmRaised():
                    log.alarm_raised(event)
        log.state_dict()
        return tmp_path / "training.jsonl"

    return written


def test_a_whole_log_is_read_with_the_choices_as_last_explained(written):
    path = written(
        ["old choice"], EPISODES[0], ["new choice", "and a second one"], "a note", EPISODES[1], CHECKPOINT,
        EVALUATION, ALARM,
    )  # fmt: skip
    alarms = {ALARM.code: "no reward; nothing can be learned | try: another number"}
    choices = ("new choice", "and a second one")
    expected = TrainingLog(choices, EPISODES, (CHECKPOINT,), alarms, (EVALUATION,))
    assert read_training_log(path) == expected
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_training_log(path) == expected


@given(
    reward=st.floats(),
    loss=st.none() | st.floats(),
    number=st.integers(1, 10**9),
    turns=st.integers(0, 10**9),
)
def test_numbers_are_exact_but_for_those_that_json_does_not_know(
    tmp_path_factory, reward, loss, number, turns
):
    directory = tmp_path_factory.mktemp("run")
    log = JsonLinesWriter(directory)
    log.episode_finished(EpisodeFinished(number, reward, turns, 0.5, loss, "game over", turns))
    log.state_dict()
    [read] = read_training_log(directory / "training.jsonl").episodes
    assert (read.number, read.turns) == (number, turns)
    assert read.total_reward == reward if math.isfinite(reward) else math.isnan(read.total_reward)
    assert read.average_loss == (loss if loss is not None and math.isfinite(loss) else None)


def test_a_line_cut_off_anywhere_is_not_believed(written):
    path = written(*EPISODES)
    whole = path.read_bytes()
    for length in range(whole.index(b"\n") + 1, len(whole)):
        path.write_bytes(whole[:length])
        assert read_training_log(path).episodes == EPISODES[:1]


@pytest.mark.parametrize(
    "line",
    [
        "text", "[]", "3", "null", "{}", '{"event": []}', '{"event": "started"}', "[" * 100_000,
        '{"event": "started", "choices": 3}', '{"event": "started", "choices": [3]}', '{"event": "episode"}',
        '{"event": "checkpoint", "file": 3}', '{"event": "alarm", "code": []}', '{"event": "evaluation", "games": -1}',
        *(
            json.dumps({"event": "episode", **vars(EPISODES[0]), key: value})
            for key, value in [("number", "1"), ("number", -1), ("ended", "late"), ("turns", None), ("epsilon", "much")]
        ),
    ],
)  # fmt: skip
def test_what_a_stranger_wrote_there_is_passed_over(written, line):
    path = written(EPISODES[0])
    path.write_text(f"{line}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
    assert read_training_log(path) == TrainingLog(episodes=EPISODES[:1])


def test_no_log_and_a_damaged_log(written, tmp_path):
    assert read_training_log(tmp_path / "training.jsonl") == TrainingLog()
    path = written(EPISODES[0])
    path.write_bytes(b"\xff\xfe\0\n" + path.read_bytes())
    assert read_training_log(path).episodes == EPISODES[:1]


def test_what_was_played_beyond_an_earlier_checkpoint_is_left_out_after_going_back(written):
    def episode(number: int) -> EpisodeFinished:
        return replace(EPISODES[0], number=number)

    def checkpoint(number: int) -> CheckpointSaved:
        return replace(CHECKPOINT, episode=number)

    def evaluation(number: int, turns: int) -> Evaluated:
        return replace(EVALUATION, episode=number, total_turns=turns)

    first = [
        episode(1),
        evaluation(1, 7),
        episode(2),
        checkpoint(2),
        evaluation(2, 14),
        episode(3),
        evaluation(3, 18),
    ]
    first += [episode(4), checkpoint(4)]
    again = [evaluation(2, 12), episode(3), checkpoint(3)]
    read = read_training_log(written(*first, *again))
    assert [line.number for line in read.episodes] == [1, 2, 3]
    assert [line.episode for line in read.checkpoints] == [2, 3]
    assert [line.total_turns for line in read.evaluations] == [7, 12]
