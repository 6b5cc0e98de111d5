"""Questions to discuss, chosen by what a run shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST = 6

#: What a run shows, as in ``_shown``, and the question that fits it; the most telling first.
_QUESTIONS = (
    ("reward and score apart", "The reward rose while the score did not. What exactly is it rewarded for, and what did "
     "you want it to do?"),
    ("prediction", "Before training you made a prediction. What did you think would happen, and what in the games "
     "explains the difference?"),
    ("unseen", "Some characters on the board are thrown away before it sees them. Which decisions can it not make well "
     "for that reason?"),
    ("no better", "It plays no better than random keys. Does it see what it needs, is it rewarded often enough, or was "
     "the time too short? How could you find out which?"),
    ("fell", "It was better before than it is at the end. What may it have forgotten, and why does best.pt exist?"),
    ("one key", "It pressed one key nearly all the time. In which situations would another key have been better?"),
    ("unexpected", "At some moments what it expected and what really came of a key lie far apart. What had it not met "
     "yet?"),
    ("flat", "The curve stopped rising halfway. Is this as good as the game allows, or is something in the way?"),
    ("rising", "The curve still rises at the end. How much longer would you train, and how will you know to stop?"),
    ("below reference", "What can the reference do that this agent cannot? Look for a moment in its games that shows "
     "it."),
    ("above reference", "It beats the reference. What does it do that whoever wrote the reference did not think of?"),
    ("noisy training", "Why do the games of training look worse than the evaluations between them?"),
    ("any run", "Play the game yourself once. Which of your reasons for a key can it not have?"),
    ("any run", "If you trained it again with another seed, which part of this page would stay the same?"),
)  # fmt: skip


def questions_about(data: Mapping[str, Any]) -> list[str]:
    """At most ``_MOST`` questions that fit the run of a page, the most telling first."""
    shown = _shown(data)
    return [question for what, question in _QUESTIONS if what in shown][:_MOST]


def _shown(data: Mapping[str, Any]) -> set[str]:
    curve, games = data["curve"], data.get("games", ())
    shown = {
        "reward and score apart": (data.get("ledger") or {}).get("warning"),
        "prediction": curve["prediction"] is not None,
        "unseen": any(game.get("unseen") for game in games),
        "one key": any(alarm["code"] == "one-action" for alarm in data["alarms"]),
        "unexpected": any(
            future.get("disagrees")
            for game in games
            for moment in game.get("moments", ())
            for future in moment.get("futures", ())
        ),
        "any run": True,
    }
    if means := [each["mean"] for each in curve["evaluations"]]:
        best, last, half = max(means), means[-1], len(means) // 2
        random, reference = curve["random"], curve["reference"]
        no_better = random is not None and best <= random
        shown |= {
            "no better": no_better,
            # by a third of what was gained over random play
            "fell": random is not None and best - last > (best - random) / 3 > 0,
            "flat": len(means) >= 6 and max(means[half:]) <= max(means[:half]),
            "rising": len(means) > 1 and last == best and not no_better,
            "below reference": reference is not None and best < reference,
            "above reference": reference is not None and best >= reference,
            "noisy training": curve["measure"] == "return" and curve["training"],
        }
    return {what for what, is_so in shown.items() if is_so}
