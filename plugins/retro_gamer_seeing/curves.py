"""The learning curve of a run: what its log says, as points that can be drawn.

It is read from ``training.jsonl``, while the run trains too. Evaluations of runs from before single results were
kept have no intervals.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isclose
from pathlib import Path
from statistics import fmean
from typing import Any, Literal

from retro_gamer_core.evaluation.statistics import summarise
from retro_gamer_core.events import ScoreOrReturn
from retro_gamer_core.runs.run_directory import RunDirectory

Over = Literal["minutes", "turns", "episodes"]

#: Training episodes are averaged in so many groups, so that ten thousand of them make a line and not a cloud.
TRAINING_POINTS = 200


@dataclass(frozen=True)
class Moment:
    """When in training: each is counted from the beginning of the run; ``seconds`` is None where no log says it."""

    turns: int
    episode: int
    seconds: float | None = None

    def over(self, axis: Over) -> float | None:
        """Where it lies on an axis."""
        if axis == "minutes":
            return None if self.seconds is None else self.seconds / 60
        return float(self.turns if axis == "turns" else self.episode)


@dataclass(frozen=True)
class GreedyResult:
    """What one evaluation reached, without random keys.

    Args:
        mean: of the score where the game keeps one, else of the return.
        interval: in which the mean would lie in 95 of 100 repetitions; None where no single results are kept.
        games: how many were played.
        is_best: whether nothing before was better.
    """

    at: Moment
    mean: float
    interval: tuple[float, float] | None
    games: int
    is_best: bool


@dataclass(frozen=True)
class TrainingMean:
    """The mean return of neighbouring training episodes, random keys included."""

    at: Moment
    mean: float


@dataclass(frozen=True)
class Mark:
    """Something that happened: an ``alarm`` or a ``resume``, in a sentence."""

    at: Moment
    kind: Literal["alarm", "resume"]
    text: str


@dataclass(frozen=True)
class Curve:
    """How a run went. ``random`` is what random play reaches in the games of the evaluations."""

    measure: Literal["score", "return"] = "return"
    evaluations: tuple[GreedyResult, ...] = ()
    training: tuple[TrainingMean, ...] = ()
    marks: tuple[Mark, ...] = ()
    random: float | None = None
    end: Moment = field(default_factory=lambda: Moment(0, 0, 0.0))

    @property
    def best(self) -> GreedyResult | None:
        """The evaluation with the highest mean."""
        return max(self.evaluations, key=lambda result: result.mean, default=None)


@dataclass(frozen=True)
class _Evaluation(ScoreOrReturn):
    score: float | None
    total_reward: float
    random_score: float | None
    random_reward: float


def read_curve(run: RunDirectory | Path) -> Curve:
    """The curve of a run, as far as its log tells. Lines that are damaged, or still being written, are passed over."""
    run = run if isinstance(run, RunDirectory) else RunDirectory(run)
    return _from_events(list(_events(run.events)))


def _events(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    for line in path.read_bytes().split(b"\n")[:-1]:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def _from_events(events: Sequence[dict[str, Any]]) -> Curve:
    clock = _Clock()
    episodes: list[dict[str, Any]] = []
    evaluations: list[dict[str, Any]] = []
    marks: list[Mark] = []
    now = Moment(0, 0, 0.0)
    for event in events:
        try:
            kind = event.get("event")
            if kind == "episode":
                # Training went back to an earlier checkpoint: what had been played beyond it is left out.
                _drop_from(episodes, "number", event["number"])
                now = Moment(int(event["total_turns"]), int(event["number"]))
                episodes.append(event)
            elif kind in ("checkpoint", "evaluation", "finished"):
                episode = event["episodes"] if kind == "finished" else event["episode"]
                now = Moment(int(event["total_turns"]), int(episode), float(event["total_seconds"]))
                clock.set(now)
                if kind == "evaluation":
                    _drop_from(evaluations, "total_turns", event["total_turns"])
                    evaluations.append(event)
            elif kind == "alarm":
                text = f"{event['what']}; try: {event['hint']}"
                marks.append(Mark(Moment(int(event["total_turns"]), int(event["episode"])), "alarm", text))
            elif kind == "note" and str(event["text"]).startswith("resumed"):
                marks.append(Mark(now, "resume", str(event["text"])))
        except (KeyError, TypeError, ValueError):
            continue
    results = [result for event in evaluations if (result := _result(event))]
    # A run whose game keeps a score only now and then is compared by what its last evaluation is compared by.
    measure = results[-1][0] if results else "return"
    return Curve(
        measure,
        tuple(result for compared, result, _ in results if compared == measure),
        tuple(_training(episodes, clock)),
        tuple(Mark(clock.tell(mark.at), mark.kind, mark.text) for mark in marks),
        next((random for compared, _, random in reversed(results) if compared == measure), None),
        clock.tell(now),
    )


def _result(event: dict[str, Any]) -> tuple[Literal["score", "return"], GreedyResult, float] | None:
    try:
        names = ("score", "total_reward", "random_score", "random_reward")
        told = _Evaluation(**{name: event[name] for name in names})
        each = [float(value) for value in event.get("results") or ()]
        kept = len(each) > 1 and isclose(fmean(each), told.reached, rel_tol=1e-6, abs_tol=1e-9)
        interval = summarise(each).ci95 if kept else None
        at = Moment(int(event["total_turns"]), int(event["episode"]), float(event["total_seconds"]))
        games, is_best = int(event["games"]), bool(event["is_best"])
        return (
            told.compared,
            GreedyResult(at, float(told.reached), interval, games, is_best),
            float(told.random_reached),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _training(episodes: Sequence[dict[str, Any]], clock: _Clock) -> Iterator[TrainingMean]:
    count = min(TRAINING_POINTS, len(episodes))
    edges = [round(i * len(episodes) / count) for i in range(count + 1)] if count else []
    for start, end in pairwise(edges):
        group = episodes[start:end]
        rewards = [float(each["total_reward"]) for each in group if each.get("total_reward") is not None]
        if rewards:
            at = Moment(int(group[-1]["total_turns"]), int(group[-1]["number"]))
            yield TrainingMean(clock.tell(at), sum(rewards) / len(rewards))


def _drop_from(events: list[dict[str, Any]], key: str, value: Any) -> None:
    while events and events[-1][key] >= value:
        events.pop()


class _Clock:
    """Tells the seconds after so many turns, between the moments that are known."""

    def __init__(self) -> None:
        self._turns: list[int] = [0]
        self._seconds: list[float] = [0.0]

    def set(self, at: Moment) -> None:
        while len(self._turns) > 1 and self._turns[-1] >= at.turns:
            self._turns.pop()
            self._seconds.pop()
        if at.turns > self._turns[-1] and at.seconds is not None:
            self._turns.append(at.turns)
            self._seconds.append(at.seconds)

    def tell(self, at: Moment) -> Moment:
        """The same moment with its seconds, where they can be known."""
        if at.seconds is not None or len(self._turns) < 2:
            return at
        place = min(max(1, bisect_left(self._turns, at.turns)), len(self._turns) - 1)
        (before, after), (early, late) = (
            self._turns[place - 1 : place + 1],
            self._seconds[place - 1 : place + 1],
        )
        rate = (late - early) / (after - before)
        return Moment(at.turns, at.episode, early + (at.turns - before) * rate)
