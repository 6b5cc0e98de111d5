"""``tensorboard/``: what happened in training as curves, alarms and settings, for TensorBoard.

Everything is drawn over the number of episodes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core import RetroGamerError
from retro_gamer_tensorboard.event_files import EventFiles

if TYPE_CHECKING:
    from retro_gamer_core import AlarmRaised, CheckpointSaved, EpisodeFinished, Evaluated, Outcome, RunInfo

#: What the tab HParams compares runs by.
_COMPARED_BY = ("evaluation/score", "evaluation/return")


class TensorBoardWriter:
    """Writes event files to ``tensorboard/`` in the run's directory; a resume cuts them back, as it does with logs.

    Raises:
        RetroGamerError: the package tensorboard is not installed.
    """

    def __init__(self, run_directory: Path) -> None:
        try:
            from torch.utils.tensorboard import summary  # it knows how texts and settings are told
        except ImportError as error:
            raise RetroGamerError(
                f"the logger tensorboard cannot be used: {error}",
                where="[logging] in config.toml",
                why="it writes with the package tensorboard, which is an extra",
                hint='pip install "retro-gamer[tensorboard]", or take "tensorboard" out of loggers',
            ) from error
        self._summary = summary
        self._config = run_directory / "config.toml"
        self._files = EventFiles(run_directory / "tensorboard")
        self._episode = 0
        self._none_finished_yet = True

    def training_started(self, run: RunInfo, choices: list[str]) -> None:
        self._none_finished_yet = True
        self._write_text("choices", "\n".join(f"- {choice}" for choice in choices))
        sections = tomllib.loads(self._config.read_text(encoding="utf-8"))
        for part in self._summary.hparams(dict(_settings(sections)), dict.fromkeys(_COMPARED_BY)):
            self._files.add_summary(part, self._episode)
        self._files.flush()

    def note(self, line: str) -> None:
        """Notes are left to ``training.log``: TensorBoard shows one text a step."""

    def episode_finished(self, episode: EpisodeFinished) -> None:
        if self._none_finished_yet:
            # What is there of this and later episodes is of another future: of a session that was killed before
            # anything was saved, or of one before somebody went back to an earlier checkpoint.
            self._files.forget_from(episode.number)
            self._none_finished_yet = False
        self._episode = episode.number
        self._write(
            "episode",
            {
                "reward": episode.total_reward,
                "turns": episode.turns,
                "epsilon": episode.epsilon,
                "loss": episode.average_loss,
            },
        )
        self._write("learner", dict(episode.statistics))

    def checkpoint_saved(self, checkpoint: CheckpointSaved) -> None:
        self._write(
            "checkpoint",
            {
                "average_reward": checkpoint.average_reward,
                "average_turns": checkpoint.average_turns,
                "average_loss": checkpoint.average_loss,
                "turns_per_second": checkpoint.turns_per_second,
            },
        )
        self._files.flush()

    def evaluated(self, evaluation: Evaluated) -> None:
        self._episode = evaluation.episode
        self._write(
            "evaluation",
            {
                "score": evaluation.score,
                "return": evaluation.total_reward,
                "turns": evaluation.turns,
                "random_score": evaluation.random_score,
                "random_return": evaluation.random_reward,
                "most_frequent_share": evaluation.most_frequent_share,
            },
        )
        self._files.flush()

    def alarm_raised(self, alarm: AlarmRaised) -> None:
        self._write_text(f"alarms/{alarm.code}", f"**{alarm.what}**\n\n{alarm.why}\n\nTry: {alarm.hint}")
        self._files.flush()

    def training_finished(self, outcome: Outcome) -> None:
        self._files.close()

    def state_dict(self) -> dict[str, Any]:
        return {"episode": self._episode, "sizes": self._files.sizes()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._files.cut_back(state["sizes"])
        self._episode = state["episode"]

    def _write(self, about: str, numbers: dict[str, float | None]) -> None:
        """Add a point to each curve that there is a number for."""
        from tensorboard.compat.proto.summary_pb2 import Summary

        points = [
            Summary.Value(tag=f"{about}/{name}", simple_value=number)
            for name, number in numbers.items()
            if number is not None
        ]
        if points:
            self._files.add_summary(Summary(value=points), self._episode)

    def _write_text(self, tag: str, text: str) -> None:
        # A game may use half a surrogate pair as a character, which no text of TensorBoard can hold.
        printable = text.encode("utf-8", "backslashreplace").decode("utf-8")
        self._files.add_summary(self._summary.text(tag, printable), self._episode)


def _settings(table: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """``training.gamma`` and its value, and so on; a list as text, for TensorBoard knows plain values only."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _settings(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value if isinstance(value, (bool, int, float, str)) else str(value)
