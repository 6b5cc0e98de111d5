"""Lengths of time as people type them (``25m``, ``90s``, ``1h30m``) and as they are told: ``25 minutes``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import click

_UNITS = {"hour": ("hours?", 3600), "minute": ("min(?:ute)?s?", 60), "second": ("sec(?:ond)?s?", 1)}
_DURATION = re.compile(
    r"\s*".join(
        rf"(?:(?P<{unit}>[0-9]+(?:\.[0-9]+)?)\s*(?:{unit[0]}|{words}))?"
        for unit, (words, _) in _UNITS.items()
    ),
    re.IGNORECASE,
)
_LONGEST = timedelta(days=366).total_seconds()
_NEAR = timedelta(minutes=10)


class Duration(click.ParamType):
    """An option whose value is a length of time; the command is given seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        try:
            return parse_duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def parse_duration(text: str) -> float:
    """The seconds in ``25m``, ``90s``, ``1h30m`` or ``1 hour 30 minutes``.

    Raises:
        ValueError: it is something else; the message says what to type.
    """
    text = text.strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise ValueError(
            f"{text} of what? Add the unit: {text}m for minutes, {text}s for seconds, {text}h for hours"
        )
    found = _DURATION.fullmatch(text)
    if not found or not text:
        raise ValueError(f"{text!r} is no length of time; try 25m, 90s or 1h30m")
    seconds = sum(float(found[unit] or 0) * size for unit, (_, size) in _UNITS.items())
    if not 0 < seconds <= _LONGEST:
        too = "no time at all" if seconds == 0 else "longer than a year"
        raise ValueError(f"{text} is {too}; try 25m, 90s or 1h30m")
    return seconds


def say_duration(seconds: float) -> str:
    """``25 minutes``, ``1 hour 30 minutes``, ``0.5 seconds``; ``parse_duration`` reads it again."""
    left = round(seconds) if seconds >= 1 else seconds
    parts = []
    for unit, (_, size) in _UNITS.items():
        count, left = divmod(left, size) if size > 1 else (left, 0)
        if count:
            parts.append(f"{count:g} {unit}{'s' * (count != 1)}")
    return " ".join(parts)


def say_clock_time(when: datetime, now: datetime) -> str:
    """``14:35``; with seconds where it is near, with the date where that is not today's."""
    time = f"{when:%H:%M:%S}" if when - now < _NEAR else f"{when:%H:%M}"
    return time if when.date() == now.date() else f"{when:%Y-%m-%d} {time}"
