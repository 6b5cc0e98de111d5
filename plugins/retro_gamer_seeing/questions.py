"""Questions to discuss, chosen by what a run shows: each stands beside what it looks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Data = Mapping[str, Any]

_MOST = 6


def questions_about(data: Data) -> list[str]:
    """At most ``_MOST`` questions that fit this run, the most telling first."""
    return [question for looks, question in _QUESTIONS if looks(data)][:_MOST]


def _means(data: Data) -> list[float]:
    return [each["mean"] for each in data["curve"]["evaluations"]]


def _fell(data: Data) -> bool:
    """The last evaluation is clearly below the best: by a third of what was gained over random play."""
    means, random = _means(data), data["curve"]["random"]
    return len(means) > 1 and random is not None and max(means) - means[-1] > (max(means) - random) / 3 > 0


def _no_better(data: Data) -> bool:
    means, random = _means(data), data["curve"]["random"]
    return bool(means) and random is not None and max(means) <= random


def _flat_at_the_end(data: Data) -> bool:
    means = _means(data)
    return len(means) >= 6 and max(means[len(means) // 2 :]) <= max(means[: len(means) // 2])


def _still_rising(data: Data) -> bool:
    means = _means(data)
    return len(means) > 1 and means[-1] == max(means) and not _no_better(data)


def _below_reference(data: Data) -> bool:
    means, reference = _means(data), data["curve"]["reference"]
    return bool(means) and reference is not None and max(means) < reference


def _above_reference(data: Data) -> bool:
    means, reference = _means(data), data["curve"]["reference"]
    return bool(means) and reference is not None and max(means) >= reference


def _has(code: str) -> Callable[[Data], bool]:
    return lambda data: any(alarm["code"] == code for alarm in data["alarms"])


def _training_below_evaluation(data: Data) -> bool:
    curve = data["curve"]
    return curve["measure"] == "return" and bool(curve["evaluations"]) and bool(curve["training"])


_QUESTIONS: tuple[tuple[Callable[[Data], bool], str], ...] = (
    (
        lambda data: bool((data.get("ledger") or {}).get("warning")),
        "The reward rose while the score did not. What exactly is it rewarded for, and what did you want it to do?",
    ),
    (
        lambda data: data["curve"]["prediction"] is not None,
        "Before training you made a prediction. What did you think would happen, and what in the games explains the "
        "difference?",
    ),
    (
        lambda data: any(game.get("unseen") for game in data.get("games", ())),
        "Some characters on the board are thrown away before it sees them. Which decisions can it not make well for "
        "that reason?",
    ),
    (
        _no_better,
        "It plays no better than random keys. Does it see what it needs, is it rewarded often enough, or was the time "
        "too short? How could you find out which?",
    ),
    (
        _fell,
        "It was better before than it is at the end. What may it have forgotten, and why does best.pt exist?",
    ),
    (
        _has("one-action"),
        "It pressed one key nearly all the time. In which situations would another key have been better?",
    ),
    (
        lambda data: any(
            future.get("disagrees")
            for game in data.get("games", ())
            for moment in game.get("moments", ())
            for future in moment.get("futures", ())
        ),
        "At some moments what it expected and what really came of a key lie far apart. What had it not met yet?",
    ),
    (
        _flat_at_the_end,
        "The curve stopped rising halfway. Is this as good as the game allows, or is something in the way?",
    ),
    (
        _still_rising,
        "The curve still rises at the end. How much longer would you train, and how will you know to stop?",
    ),
    (
        _below_reference,
        "What can the reference do that this agent cannot? Look for a moment in its games that shows it.",
    ),
    (
        _above_reference,
        "It beats the reference. What does it do that whoever wrote the reference did not think of?",
    ),
    (
        _training_below_evaluation,
        "Why do the games of training look worse than the evaluations between them?",
    ),
    (lambda data: True, "Play the game yourself once. Which of your reasons for a key can it not have?"),
    (
        lambda data: True,
        "If you trained it again with another seed, which part of this page would stay the same?",
    ),
)
