"""``recordings/``: games that were played at moments of the training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from retro_gamer_core.errors import Problem
from retro_gamer_core.playing.recording_files import RecordingDamaged, read_recording
from retro_gamer_core.playing.replay import Recording
from retro_gamer_core.runs.run_directory import RunDirectory


class ReadRecordings(NamedTuple):
    """The games of a run in the order of its turns, and what is to be said of those that are missing."""

    recordings: list[Recording]
    problems: list[Problem]


def read_recordings(run_path: Path | str) -> ReadRecordings:
    """All recorded games of a run. Of those that were the best so far, only the last is ``best`` by now."""
    recordings, problems = [], []
    files = RunDirectory(run_path).recordings()
    for path in files:
        try:
            recordings.append(read_recording(path))
        except RecordingDamaged as error:
            problems.append(error.problem)
    if not files:
        problems.append(
            Problem(
                "no games were recorded in this run",
                where=str(run_path),
                why="it was trained before retro-gamer recorded games, or without the logger recordings",
                hint='add "recordings" to loggers in config.toml, and train on',
                code="no-recordings",
            )
        )
    best = max((i for i, each in enumerate(recordings) if each.at["best"]), default=None)
    return ReadRecordings(
        [replace(each, at={**each.at, "best": i == best}) for i, each in enumerate(recordings)], problems
    )


def id_of(recording: Recording) -> str:
    """Which game of its run this is."""
    return f"game-{recording.at['total_turns']}-{recording.at['name']}"
