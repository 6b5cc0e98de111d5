"""The lines of training.log: their exact text, and that reading reverses writing."""

import math
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.events import CheckpointSaved, EpisodeFinished, Evaluated
from retro_gamer_core.runs.training_log_format import (
    CheckpointLine,
    EpisodeLine,
    EvaluationLine,
    TrainingLog,
    format_checkpoint,
    format_choice,
    format_duration,
    format_episode,
    format_evaluation,
    format_heading,
    format_note,
    parse_checkpoint,
    parse_episode,
    parse_evaluation,
    read_training_log,
)

numbers = st.floats()
losses = st.none() | st.floats(min_value=0) | st.just(math.nan)
counts = st.integers(0, 10**9)
episode_lines = st.builds(
    EpisodeLine,
    number=counts,
    total_reward=numbers,
    turns=counts,
    epsilon=st.floats(0, 1),
    average_loss=losses,
)
durations = st.integers(0, 10**6)
checkpoint_lines = st.builds(
    CheckpointLine,
    episode=counts,
    first_episode=counts,
    average_reward=numbers,
    average_turns=st.floats(0, 1e6),
    epsilon=st.floats(0, 1),
    average_loss=losses,
    seconds=durations,
    total_seconds=durations,
)
evaluation_lines = st.builds(
    EvaluationLine,
    episode=counts,
    total_turns=counts,
    score=st.none() | numbers,
    total_reward=numbers,
    turns=st.floats(0, 1e6),
    games=counts,
    random_score=st.none() | numbers,
    random_reward=numbers,
    is_best=st.booleans(),
)


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
    line = format_episode(EpisodeLine(20_000, -0.1 - 0.2, 7, 0.05, loss))
    assert line == f"[EP 20000] total_reward=-0.3 steps=7 epsilon=0.050 avg_loss={text}"


@pytest.mark.parametrize(
    ("reward", "text"), [(0.0, "+0.0"), (-12.34, "-12.3"), (0.0371, "+0.037"), (math.nan, "+nan")]
)
def test_an_average_reward_has_its_sign(reward, text):
    line = format_checkpoint(CheckpointLine(5, 1, reward, 9.0, 1.0, None, 0, 3599))
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


def nearly(a: float | None, b: float | None, relative: float, absolute: float) -> bool:
    if a is None or b is None:
        return a is b
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return math.isclose(a, b, rel_tol=relative, abs_tol=absolute) and (a == 0) == (b == 0)


@given(episode_lines)
def test_reading_an_episode_reverses_writing(episode):
    line = format_episode(episode)
    read = parse_episode(line)
    assert (read.number, read.turns) == (episode.number, episode.turns)
    assert nearly(read.total_reward, episode.total_reward, 1e-9, 0)
    assert nearly(read.average_loss, episode.average_loss, 6e-3, 0)
    assert abs(read.epsilon - episode.epsilon) <= 0.0005
    assert format_episode(read) == line
    assert parse_checkpoint(line) is None


@given(checkpoint_lines)
def test_reading_a_checkpoint_reverses_writing(checkpoint):
    line = format_checkpoint(checkpoint)
    read = parse_checkpoint(line)
    assert (read.episode, read.first_episode) == (checkpoint.episode, checkpoint.first_episode)
    assert (read.seconds, read.total_seconds) == (checkpoint.seconds, checkpoint.total_seconds)
    assert nearly(read.average_reward, checkpoint.average_reward, 6e-2, 0)
    assert nearly(read.average_loss, checkpoint.average_loss, 6e-3, 0)
    assert abs(read.average_turns - checkpoint.average_turns) <= 0.5
    assert format_checkpoint(read) == line
    assert parse_episode(line) is None


@given(evaluation_lines)
def test_reading_an_evaluation_reverses_writing(evaluation):
    line = format_evaluation(evaluation)
    read = parse_evaluation(line)
    for exactly in ("episode", "total_turns", "games", "is_best"):
        assert getattr(read, exactly) == getattr(evaluation, exactly)
    for nearly_so in ("score", "total_reward", "random_score", "random_reward"):
        assert nearly(getattr(read, nearly_so), getattr(evaluation, nearly_so), 1e-9, 0)
    assert abs(read.turns - evaluation.turns) <= 0.5
    assert format_evaluation(read) == line
    assert parse_episode(line) is parse_checkpoint(line) is None


EPISODES = (EpisodeLine(1, 3.0, 145, 0.995, 0.043), EpisodeLine(2, 0.0, 7, 0.99, None))
CHECKPOINT = CheckpointLine(2, 1, 1.5, 76.0, 0.99, 0.043, 1, 1)


def test_a_whole_log_is_read_with_the_choices_as_last_explained(tmp_path):
    path = tmp_path / "training.log"
    lines = [
        "[INIT] old choice",
        "=== Training started | 2026-11-20 08:00:00 ===",
        format_episode(EPISODES[0]),
        "[INIT] new choice",
        "[INIT] and a second one",
        "=== Resumed | 2026-11-20 09:00:00 ===",
        "a line that a student wrote \u2028 here",
        "[EP 0001] total_reward=1.2.3 steps=1 epsilon=1 avg_loss=1",
        format_episode(EPISODES[1]),
        format_checkpoint(CHECKPOINT),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    expected = TrainingLog(("new choice", "and a second one"), EPISODES, (CHECKPOINT,))
    assert read_training_log(path) == expected
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_training_log(path) == expected


def test_a_line_cut_off_anywhere_is_not_believed(tmp_path):
    path = tmp_path / "training.log"
    whole = "".join(format_episode(episode) + "\n" for episode in EPISODES).encode()
    first_line = whole.index(b"\n") + 1
    for length in range(first_line, len(whole)):
        path.write_bytes(whole[:length])
        assert read_training_log(path).episodes == EPISODES[:1]


def test_no_log_and_a_damaged_log(tmp_path):
    path = tmp_path / "training.log"
    assert read_training_log(path) == TrainingLog()
    path.write_bytes(b"\xff\xfe\0\n" + format_episode(EPISODES[0]).encode() + b"\n")
    assert read_training_log(path).episodes == EPISODES[:1]


def test_what_was_played_beyond_an_earlier_checkpoint_is_left_out_after_going_back(tmp_path):
    def episode(number: int) -> str:
        return f"[EP {number:04d}] total_reward=1.0 steps=5 epsilon=0.5 avg_loss=-"

    def checkpoint(number: int) -> str:
        averages = "avg_reward=+1.0 avg_steps=5 epsilon=0.5 avg_loss=- time=0m01s total=0m01s"
        return f"[ep_{number:04d}] ep=0001-{number:04d} {averages}"

    def evaluation(number: int, turns: int) -> str:
        means = "score=- reward=1.0 steps=5 games=3 random_score=- random_reward=0.0"
        return f"[EVAL] ep={number:04d} turns={turns} {means}"

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
    log = tmp_path / "training.log"
    log.write_text("\n".join([*first, *again]) + "\n", encoding="utf-8")
    read = read_training_log(log)
    assert [line.number for line in read.episodes] == [1, 2, 3]
    assert [line.episode for line in read.checkpoints] == [2, 3]
    assert [line.total_turns for line in read.evaluations] == [7, 12]
