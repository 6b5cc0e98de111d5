"""What ``training.jsonl`` tells of a run, read on from where it was read to before.

The file grows while it is read, is cut back by a resume, and may hold anything: what is no event is counted and
passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

_COMPARED = 256
"""Bytes before the place where reading goes on, which must still be the same."""


@dataclass
class RunEvents:
    """The events of a run in the order of its turns; those of turns that were lost and played again only once.

    Attributes:
        started, evaluations, checkpoints, alarms: the events, as in the file.
        resumes: each start but the first, with the turns, seconds and episodes where training went on.
        finished: how the last session ended; None while it goes on, or where it did not get to say so.
        episodes: the number, the turns of all episodes so far and the return of each: ``(int, int, float)``.
        damaged: lines that are no events.
    """

    started: list[dict[str, Any]] = field(default_factory=list)
    evaluations: list[dict[str, Any]] = field(default_factory=list)
    checkpoints: list[dict[str, Any]] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    resumes: list[dict[str, Any]] = field(default_factory=list)
    finished: dict[str, Any] | None = None
    episodes: list[tuple[int, int, float]] = field(default_factory=list)
    damaged: int = 0

    @property
    def turns(self) -> int:
        """Turns played so far, as far as anything tells."""
        ends = [self.finished or {}, *self.evaluations[-1:], *self.checkpoints[-1:]]
        told = [end.get("total_turns", 0) for end in ends]
        return max([*told, *(turns for _, turns, _ in self.episodes[-1:])], default=0)

    @property
    def episodes_played(self) -> int:
        """Episodes so far, as far as anything tells."""
        return max([(self.finished or {}).get("episodes", 0), *(number for number, *_ in self.episodes[-1:])])

    @property
    def seconds(self) -> float | None:
        """Seconds of training so far; None where nothing tells them."""
        return max((seconds for _, seconds in self._clock()), default=None)

    def seconds_at(self, turns: np.ndarray) -> np.ndarray | None:
        """When so many turns had been played (``float64[n]``), between the moments that the events tell."""
        clock = sorted(self._clock())
        if not clock:
            return None
        at_turns, at_seconds = np.array([(0, 0.0), *clock]).T
        return np.interp(turns, at_turns, at_seconds)

    def _clock(self) -> Iterator[tuple[int, float]]:
        for event in (*self.evaluations, *self.checkpoints, self.finished or {}):
            if (seconds := event.get("total_seconds")) is not None:
                yield event["total_turns"], seconds

    def add(self, event: dict[str, Any]) -> None:
        """Take over one event.

        Raises:
            Exception: it is none.
        """
        match event["event"]:
            case "episode":
                told = (int(event["number"]), int(event["total_turns"]), float(event["total_reward"] or 0.0))
                if self.episodes and self.episodes[-1][0] >= told[0]:
                    self._forget_from(told[0])
                self.episodes.append(told)
            case "evaluation":
                _replace_later(self.evaluations, _with_numbers(event, "episode", "total_reward", "games"))
            case "checkpoint":
                _replace_later(self.checkpoints, _with_numbers(event, "episode"))
            case "started":
                if self.started:
                    where = {"total_turns": self.turns, "total_seconds": self.seconds}
                    episode = self.episodes[-1][0] if self.episodes else 0
                    self.resumes.append({**where, "episode": episode, "time": str(event.get("time", ""))})
                self.started.append(event)
                self.finished = None
            case "finished":
                self.finished = _with_numbers(event, "episodes")
            case "alarm":
                self.alarms.append(_with_numbers(event))

    def _forget_from(self, episode: int) -> None:
        """Training went back: what had been played from this episode on is played again."""
        self.episodes = [told for told in self.episodes if told[0] < episode]
        self.evaluations = [told for told in self.evaluations if told["episode"] < episode]
        self.checkpoints = [told for told in self.checkpoints if told["episode"] < episode]


class EventFile:
    """Reads the events of a run, again and again while it is trained."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset, self._before = 0, b""
        self.stamp: tuple[int, int] | None = None
        self._events = RunEvents()

    def read(self) -> RunEvents:
        """All events until now. A last line that is only half there is left for the next time."""
        try:
            stat = self._path.stat()
        except OSError:
            return self._events
        stamp = (stat.st_size, stat.st_mtime_ns)
        if stamp == self.stamp:
            return self._events
        self.stamp = stamp
        with self._path.open("rb") as file:
            file.seek(self._offset - len(self._before))
            if file.read(len(self._before)) != self._before:  # cut back, or another file by now
                self._offset, self._before, self._events = 0, b"", RunEvents()
                file.seek(0)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        for line in whole.splitlines():
            try:
                self._events.add(json.loads(line))
            except Exception:  # whatever stands there
                self._events.damaged += 1
        self._offset += len(whole)
        self._before = (self._before + whole)[-_COMPARED:]
        return self._events


def _replace_later(events: list[dict[str, Any]], new: dict[str, Any]) -> None:
    while events and events[-1]["total_turns"] > new["total_turns"]:
        events.pop()
    events.append(new)


def _with_numbers(event: dict[str, Any], *keys: str) -> dict[str, Any]:
    if not all(isinstance(event[key], (int, float)) for key in ("total_turns", *keys)):
        raise ValueError("a number is missing")
    return event
