"""training.log as it is written: lazily, held back for a moment, and cut back by a resume."""

import re
from pathlib import Path

import pytest

from retro_gamer_core import CheckpointSaved, EpisodeFinished, Outcome, RunInfo
from retro_gamer_core.contracts import Logger
from retro_gamer_loggers import resumable_lines
from retro_gamer_loggers.training_log import TrainingLogWriter, format_episode

CHOICES = ['network = "cnn": the board is a picture', "the reward\nis the score"]


def episode(number: int, reward: float = 3.0) -> EpisodeFinished:
    return EpisodeFinished(number, reward, 145, 0.995, 0.043, "game over", 145 * number)


def checkpoint(number: int) -> CheckpointSaved:
    return CheckpointSaved(Path("ep_0002.pt"), number, 1, 3.0, 145.0, 0.0432, 0.97, 12.0, 62.0, 290, 24.0)


@pytest.fixture
def run(tmp_path) -> RunInfo:
    return RunInfo(tmp_path, "snake", 1)


def text(run: RunInfo) -> str:
    """The log with its times blanked out."""
    written = (run.directory / "training.log").read_bytes().decode("utf-8")
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d ===", "TIME ===", written)


def test_a_training_from_start_to_end(run):
    log = TrainingLogWriter(run.directory)
    assert isinstance(log, Logger)
    assert list(run.directory.iterdir()) == []
    log.training_started(run, CHOICES)
    log.episode_finished(episode(1))
    log.note('a new character: "☻"')
    log.episode_finished(episode(2))
    log.checkpoint_saved(checkpoint(2))
    log.training_finished(Outcome("finished", 2, 290, 62.0))
    assert text(run) == (
        '[INIT] network = "cnn": the board is a picture\n'
        "[INIT] the reward\n"
        "[INIT] is the score\n"
        "=== Training started | TIME ===\n"
        "[EP 0001] total_reward=3.0 steps=145 epsilon=0.995 avg_loss=0.043\n"
        '[NOTE] a new character: "☻"\n'
        "[EP 0002] total_reward=3.0 steps=145 epsilon=0.995 avg_loss=0.043\n"
        "[ep_0002] ep=0001-0002 avg_reward=+3.0 avg_steps=145 epsilon=0.970 avg_loss=0.0432"
        " time=0m12s total=1m02s\n"
        "=== Training finished | TIME ===\n"
    )


def test_a_note_before_the_start_does_not_make_it_a_resume(run):
    log = TrainingLogWriter(run.directory)
    log.note("looking for characters")
    log.training_started(run, [])
    log.training_finished(Outcome("interrupted", 0, 0, 0.0))
    assert text(run) == (
        "[NOTE] looking for characters\n"
        "=== Training started | TIME ===\n"
        "=== Training interrupted | TIME ===\n"
    )


def test_lines_are_on_disk_at_a_checkpoint_and_whenever_the_state_is_taken(run):
    log = TrainingLogWriter(run.directory)
    log.training_started(run, [])
    log.episode_finished(episode(1))
    log.checkpoint_saved(checkpoint(1))
    assert text(run).count("\n") == 3
    log.episode_finished(episode(2))
    state = log.state_dict()
    assert state == {"size": (run.directory / "training.log").stat().st_size}
    assert text(run).count("\n") == 4


def test_quick_episodes_are_held_back_and_slow_ones_are_not(run, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(resumable_lines.time, "monotonic", lambda: now)
    log = TrainingLogWriter(run.directory)
    log.training_started(run, [])
    log.episode_finished(episode(1))
    assert "[EP" not in text(run)
    now += 1.0
    log.episode_finished(episode(2))
    assert "[EP 0001]" in text(run) and "[EP 0002]" in text(run)


def test_lines_of_lost_turns_are_cut_off_and_written_again(run):
    log = TrainingLogWriter(run.directory)
    log.training_started(run, CHOICES)
    log.episode_finished(episode(1))
    state = log.state_dict()
    until_then = text(run)
    log.episode_finished(episode(2, reward=7.0))
    log.training_finished(Outcome("interrupted", 2, 290, 1.0))

    log = TrainingLogWriter(run.directory)
    log.load_state_dict(state)
    log.training_started(run, [])
    log.episode_finished(episode(2, reward=8.0))
    log.training_finished(Outcome("finished", 2, 290, 1.0))
    assert text(run) == until_then + (
        "=== Resumed | TIME ===\n"
        "[EP 0002] total_reward=8.0 steps=145 epsilon=0.995 avg_loss=0.043\n"
        "=== Training finished | TIME ===\n"
    )


@pytest.mark.parametrize("left", [0, 1])
def test_a_log_that_lost_lines_says_so_and_goes_on(run, left):
    log = TrainingLogWriter(run.directory)
    log.training_started(run, CHOICES)
    state = log.state_dict()
    path = run.directory / "training.log"
    first_line = path.read_text().splitlines(keepends=True)[0]
    path.write_text(first_line * left)

    log = TrainingLogWriter(run.directory)
    log.load_state_dict(state)
    log.training_started(run, [])
    assert text(run) == first_line * left + (
        "[NOTE] this file is shorter than it was when training stopped: some lines above are missing\n"
        "=== Resumed | TIME ===\n"
    )


def test_a_deleted_log_is_begun_again(run):
    log = TrainingLogWriter(run.directory)
    log.load_state_dict({"size": 100})
    log.episode_finished(episode(5))
    log.training_finished(Outcome("finished", 5, 1, 1.0))
    assert [line for line in text(run).splitlines() if line.startswith("[EP ")] == [
        format_episode(episode(5))
    ]


def test_a_line_that_was_cut_off_does_not_swallow_the_next(run):
    path = run.directory / "training.log"
    path.write_text("[EP 0001] total_rew")
    log = TrainingLogWriter(run.directory)
    log.episode_finished(episode(1))
    log.training_finished(Outcome("finished", 1, 1, 1.0))
    assert text(run).splitlines()[:2] == ["[EP 0001] total_rew", format_episode(episode(1))]


def test_a_character_that_is_no_text_does_not_stop_training(run):
    log = TrainingLogWriter(run.directory)
    log.note("half a pair: \ud83d")
    log.training_finished(Outcome("finished", 0, 0, 0.0))
    assert text(run).startswith("[NOTE] half a pair: \\ud83d\n")
