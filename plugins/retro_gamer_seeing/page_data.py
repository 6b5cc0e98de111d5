"""All that the page of a run says, as plain values, from the files of the run alone.

Every number is one that stands in a file, or is reckoned from such numbers by the page's own rule beside it. What a
run does not have is None or empty, and the page says so in a sentence.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.cli.run_summary import RunSummary, settings_with_reasons
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.process_lock import is_held
from retro_gamer_core.toml_text import toml_value
from retro_gamer_seeing.curves import LONGEST_TEXT, curve_of
from retro_gamer_seeing.run_events import EventFile, RunEvents

if TYPE_CHECKING:
    from retro_gamer_core.runs.run_directory import RunDirectory

_STATES = {
    "training": "training now",
    "finished": "training is finished",
    "time is up": "trained until its time was up",
    "stopped": "training was stopped",
    "interrupted": "training was stopped by Ctrl-C",
    "failed": "training ended with an error",
    "gone": "training ended without a word: its process was killed, or the computer went off",
}
_PACKAGES = ("retro-gamer", "retro-gamer-core", "retro-games", "numpy", "torch")


class RunFiles:
    """The figures of a run for its page; ask again and again while it is trained.

    Args:
        run: the run; nothing in it is changed, and none of its code is imported.
    """

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._file = EventFile(run.events)
        self._settings: tuple[Any, RunSummary, dict[str, Any]] | None = None
        self._told: tuple[Any, dict[str, Any]] | None = None
        self._gone: tuple[int, int] | None = None

    def figures(self) -> dict[str, Any]:
        """Everything of the page but its games, map, ledger and questions; the same object while no file changed."""
        events = self._file.read()
        summary, settings = self._about_settings()
        state = self._state(events, summary)
        stamp = (self._file.stamp, state, self._settings, _stamp(self._run.prediction))
        if self._told is None or self._told[0] != stamp:
            self._told = stamp, self._figures_of(events, summary, settings, state)
        return self._told[1]

    def _figures_of(
        self, events: RunEvents, summary: RunSummary, settings: dict[str, Any], state: str
    ) -> dict[str, Any]:
        curve = curve_of(events, summary, prediction_of(self._run))
        data: dict[str, Any] = {
            "run": {
                "name": self._run.path.resolve().name,
                "game": without_folders(summary.game or ""),
                "started": next((str(event.get("time", "")) for event in events.started), ""),
                "turns": events.turns,
                "episodes": events.episodes_played,
                "seconds": events.seconds,
                "state": state,
                "state_text": _STATES.get(state, state),
                "recipe": summary.config.training.recipe if summary.config else None,
            },
            "curve": curve,
            "alarms": [_alarm(event) for event in events.alarms],
            "settings": settings,
            "missing": self._missing(events, summary),
        }
        data["run"]["verdict"] = verdict_of(curve, state)
        return data

    def _about_settings(self) -> tuple[RunSummary, dict[str, Any]]:
        """The summary of the run, made again when its settings or its parts are others."""
        stamp = tuple(_stamp(path) for path in (self._run.config, self._run.parts_lock, self._run.holder))
        if self._settings is None or self._settings[0] != stamp:
            summary = RunSummary(self._run, installed_plugins())
            self._settings = stamp, summary, settings_of(self._run, summary)
        return self._settings[1], self._settings[2]

    def _state(self, events: RunEvents, summary: RunSummary) -> str:
        if summary.in_use and self._is_held():
            return "training"
        if not events.started and not events.episodes:
            return "not trained yet"
        if events.finished is None:
            return "gone"
        return str(events.finished.get("reason", "finished"))

    def _is_held(self) -> bool:
        """Whether the process that left its note still trains. Asked once of a note whose process was gone."""
        stamp = _stamp(self._run.holder)
        if stamp != self._gone and not is_held(self._run.lock, self._run.holder):
            self._gone = stamp
        return stamp != self._gone

    def _missing(self, events: RunEvents, summary: RunSummary) -> list[str]:
        told = [str(problem) for problem in summary.problems]
        if events.damaged:
            lines = "1 line" if events.damaged == 1 else f"{events.damaged:,} lines"
            told.append(
                f"{lines} of {self._run.events.name} could not be read, and stand nowhere on this page."
            )
        if not self._run.events.is_file():
            told.append(
                f"There is no {self._run.events.name} in this run, which the logger json_lines writes: no curve."
            )
        return told


def verdict_of(curve: Mapping[str, Any], state: str) -> str:
    """How good it is, in one sentence."""
    evaluations, random = curve["evaluations"], curve["random"]
    if not evaluations:
        soon = " The first evaluation comes soon." if state == "training" else ""
        return f"It has not been evaluated yet, so nobody knows how good it is.{soon}"
    best = [each for each in evaluations if each["best"]][-1:] or evaluations[-1:]
    mean, name = best[0]["mean"], curve["measure"]
    said = f"At its best it reaches a mean {name} of {figure(mean)} in {best[0]['games']} games"
    if random is None:
        return f"{said}."
    if mean <= random:
        return f"{said}: no better than random play, which reaches {figure(random)}."
    said += f"; random play reaches {figure(random)}"
    reference = curve["reference"]
    if reference is not None:
        said += f", and the reference ({curve['reference_name']}) {figure(reference)}"
    return f"{said}."


def figure(value: float) -> str:
    """A score or a return as the page writes it: one decimal, none where it is long."""
    return f"{value:,.0f}" if abs(value) >= 10_000 or float(value).is_integer() else f"{value:,.1f}"


def settings_of(run: RunDirectory, summary: RunSummary) -> dict[str, Any]:
    """What differs from the defaults, all that was written, parts and versions; all as text."""
    reasons = {(section, key): reason for section, key, _, reason in settings_with_reasons(run.config)}
    changed = [
        {
            "key": f"[{each.section}] {each.key}",
            "value": toml_value(each.value),
            "default": "" if each.default is None else toml_value(each.default),
            "reason": reasons.get((each.section, each.key), ""),
        }
        for each in summary.changed
        if each.key != "recipe"
    ]
    return {
        "changed": changed,
        "all": [
            {
                "key": f"[{section}] {key}",
                "value": toml_value(value),
                "reason": reasons.get((section, key), ""),
            }
            for section, table in (summary.config.to_sections() if summary.config else {}).items()
            if isinstance(table, Mapping)
            for key, value in table.items()
            if value is not None and not isinstance(value, Mapping)
        ],
        "choices": [text[:LONGEST_TEXT] for text in summary.log.choices],
        "parts": [
            {
                "kind": part.kind,
                "name": part.name,
                "plugin": part.plugin,
                "package": f"{part.distribution} {part.version}" if part.distribution else "your own file",
            }
            for part in summary.parts
        ],
        "differences": [str(each.problem) for each in summary.differences],
        "versions": versions(),
    }


def without_folders(game: str) -> str:
    """The name of a game; of a file only its own, for a page that is handed in need not say whose folders it was in."""
    return re.sub(r"""^(["']?).*[/\\]""", r"\1", game) if ".py" in game else game


def versions() -> dict[str, str]:
    """Python and the packages that made this page; those of the training stand in ``parts``."""
    found = {"Python": python_version()}
    for package in _PACKAGES:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def prediction_of(run: RunDirectory) -> dict[str, Any] | None:
    """What was predicted before training: ``prediction.json``, an object with a ``value`` and perhaps a ``text``."""
    try:
        told = json.loads(run.prediction.read_text(encoding="utf-8"))
        return {"value": float(told["value"]), "text": str(told.get("text", ""))[:LONGEST_TEXT]}
    except (OSError, ValueError, TypeError, KeyError):
        return None


def packed(array: np.ndarray) -> dict[str, Any]:
    """An array as text that a browser unpacks: its bytes, compressed by zlib, in base64."""
    array = np.ascontiguousarray(array)
    small = zlib.compress(array.tobytes(), 9)
    return {
        "dtype": array.dtype.name,
        "shape": list(array.shape),
        "data": base64.b64encode(small).decode("ascii"),
    }


def _alarm(event: Mapping[str, Any]) -> dict[str, Any]:
    texts = {key: str(event.get(key) or "")[:LONGEST_TEXT] for key in ("code", "what", "why", "hint")}
    return {**texts, "turns": event["total_turns"]}


def _stamp(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        stat = path.stat()
        return stat.st_size, stat.st_mtime_ns
    return None
