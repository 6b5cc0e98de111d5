"""The logger ``recordings``. Whoever only looks at a run's settings imports this, so numpy comes later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.runs.atomic_files import refuse_link_out
from retro_gamer_core.runs.run_directory import RunDirectory

if TYPE_CHECKING:
    from retro_gamer_core import CheckpointSaved, EpisodeFinished, Outcome, Recording, RunInfo


class RecordingsWriter:
    """Writes ``recordings/turns_<total turns>.npz`` in the run's directory."""

    def __init__(self, run_directory: Path) -> None:
        self._run = RunDirectory(run_directory)
        self._newest = -1

    def training_started(self, run: RunInfo, choices: list[str]) -> None: ...

    def note(self, line: str) -> None: ...

    def episode_finished(self, episode: EpisodeFinished) -> None: ...

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None: ...

    def training_finished(self, outcome: Outcome) -> None: ...

    def game_recorded(self, recording: Recording) -> None:
        from retro_gamer_core.playing.recording_files import write_recording

        turns = int(recording.at["total_turns"])
        self._run.forget_recordings(
            after=turns
        )  # those of a session that was killed before anything was saved
        path = self._run.recording_path(turns)
        path.parent.mkdir(exist_ok=True)
        refuse_link_out(path)
        write_recording(path, recording)
        self._newest = turns

    def state_dict(self) -> dict[str, Any]:
        return {"newest": self._newest}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._newest = state["newest"]
        self._run.forget_recordings(after=self._newest)
