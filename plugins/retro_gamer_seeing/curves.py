"""Learning curves: of one run, and of runs that differ in nothing but their seed."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from retro_gamer_core.configuration import read_sections
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.evaluation.statistics import summarise
from retro_gamer_seeing.run_events import RunEvents

if TYPE_CHECKING:
    from retro_gamer_core.cli.run_summary import RunSummary
    from retro_gamer_core.runs.run_directory import RunDirectory

Over = Literal["minutes", "turns", "episodes"]

#: Where it lies on the axis, the mean, and the band from the lowest to the highest.
Point = tuple[float, float, float, float]

#: So many means of the episodes while training, at most.
_POINTS = 300

#: Characters of a text that is not ours.
LONGEST_TEXT = 2000


def curve_of(events: RunEvents, summary: RunSummary | None, prediction: Any = None) -> dict[str, Any]:
    """The learning curve: evaluations, training, random play, the reference, and what happened on the way."""
    told = events.evaluations
    by_score = bool(told) and all(
        event.get("score") is not None and event.get("random_score") is not None for event in told
    )
    measure, random = ("score", "random_score") if by_score else ("total_reward", "random_reward")
    last_random = next((event[random] for event in reversed(told) if event.get(random) is not None), None)
    references = dict(summary.config.metadata.reference_scores) if summary and summary.config else {}
    best = {name: value for name, value in references.items() if name != "random"}
    name = max(best, key=lambda each: best[each], default=None) if by_score or not told else None
    return {
        "measure": "score" if by_score else "return",
        "evaluations": [
            {
                "turns": event["total_turns"],
                "seconds": event.get("total_seconds"),
                "episode": event["episode"],
                "mean": event[measure],
                "low": _interval(event, event[measure])[0],
                "high": _interval(event, event[measure])[1],
                "games": event["games"],
                "length": event.get("turns"),
                "best": bool(event.get("is_best")),
            }
            for event in told
        ],
        "training": training_points(events),
        "marks": _marks(events),
        "random": last_random,
        "reference": best[name] if name else None,
        "reference_name": name,
        "prediction": prediction,
    }


def training_points(events: RunEvents) -> list[dict[str, Any]]:
    """The returns of the episodes while training: means of neighbours, at most ``_POINTS`` of them."""
    if not events.episodes:
        return []
    number, turns, reward = (np.array(column) for column in zip(*events.episodes, strict=True))
    seconds = events.seconds_at(turns)
    groups = np.array_split(np.arange(len(number)), min(_POINTS, len(number)))
    return [
        {
            "turns": int(turns[group[-1]]),
            "seconds": None if seconds is None else round(float(seconds[group[-1]]), 2),
            "episode": int(number[group[-1]]),
            "episodes": len(group),
            "mean": float(reward[group].mean()),
        }
        for group in groups
    ]


@dataclass(frozen=True)
class Setting:
    """Runs with the same settings, seeds aside: one line, and a band from the lowest to the highest of them."""

    label: str
    game: str
    curves: tuple[dict[str, Any], ...]

    def points(self, over: Over) -> list[Point]:
        """``(x, mean, low, high)`` at each place where every run of it has been evaluated or passed by.

        Between two evaluations of a run lies a straight line. One run has the interval of each evaluation as its
        band, where its single results were kept.
        """
        lines = [_line(curve, over) for curve in self.curves]
        if len(lines) == 1:
            return lines[0]
        begin = max((line[0][0] for line in lines if line), default=0.0)
        end = min((line[-1][0] for line in lines if line), default=0.0)
        # Runs that were evaluated once, say, each at another time: what all had reached by the last of these.
        places = sorted({x for line in lines for x, *_ in line if begin <= x <= end}) or [begin]
        columns = [np.array(line).T for line in lines if line]
        found = zip(*(np.interp(places, at, means).tolist() for at, means, *_ in columns), strict=True)
        return [(x, fmean(values), min(values), max(values)) for x, values in zip(places, found, strict=True)]


def curves_by_setting(runs: Sequence[RunDirectory], curves: Sequence[dict[str, Any]]) -> list[Setting]:
    """The curves of these runs, those together whose settings are the same; runs without an evaluation are left out."""
    groups: dict[str, list[int]] = {}
    for place, run in enumerate(runs):
        groups.setdefault(_settings_but_seed(run) or str(run.path), []).append(place)
    drawn = []
    for places in groups.values():
        kept = tuple(curves[place] for place in places if curves[place]["evaluations"])
        if kept:
            names = [runs[place].path.name for place in places]
            label = names[0] if len(names) == 1 else f"{names[0]} … {names[-1]} ({len(names)} seeds)"
            drawn.append(Setting(label, _game_of(runs[places[0]]), kept))
    return drawn


def _game_of(run: RunDirectory) -> str:
    try:
        return str(read_sections(run.config).get("game"))
    except RetroGamerError:
        return str(run.path)


def _settings_but_seed(run: RunDirectory) -> str:
    """What the run was asked to be, its seed aside, as text that is equal where the settings are."""
    try:
        sections = read_sections(run.config)
    except RetroGamerError:
        return ""
    training = {key: value for key, value in sections.get("training", {}).items() if key != "seed"}
    return json.dumps({**sections, "training": training}, sort_keys=True, default=str)


def _line(curve: dict[str, Any], over: Over) -> list[Point]:
    found = []
    for told in curve["evaluations"]:
        if (x := place_on(told, over)) is not None:
            low, high = (told["mean"] if end is None else end for end in (told["low"], told["high"]))
            found.append((x, told["mean"], low, high))
    return found


def place_on(told: dict[str, Any], axis: Over) -> float | None:
    """Where a point of a curve lies on the axis; None where its time is not known."""
    if axis == "minutes":
        return None if told["seconds"] is None else float(told["seconds"]) / 60
    return float(told["turns"] if axis == "turns" else told["episode"])


def _interval(event: Mapping[str, Any], mean: float) -> tuple[float | None, float | None]:
    """The 95 % interval of a mean, where the results behind it were kept."""
    results = [float(each) for each in event.get("results") or ()]
    if len(results) < 2 or not math.isclose(fmean(results), mean, rel_tol=1e-6, abs_tol=1e-9):
        return None, None
    return summarise(results).ci95


def _marks(events: RunEvents) -> list[dict[str, Any]]:
    """What happened on the way: where training went on, at the turns of the last session's end, and alarms."""
    told: list[tuple[Any, ...]] = []
    for each in events.resumes:
        text = f"training went on here ({each['time']})"
        told.append((each["total_turns"], each["total_seconds"], each["episode"], "resume", text))
    for each in events.alarms:
        seconds = events.seconds_at(np.array([each["total_turns"]]))
        when = None if seconds is None else round(float(seconds[0]), 2)
        text = str(each.get("what", ""))[:LONGEST_TEXT]
        told.append((each["total_turns"], when, each.get("episode"), "alarm", text))
    return [dict(zip(("turns", "seconds", "episode", "kind", "text"), mark, strict=True)) for mark in told]
