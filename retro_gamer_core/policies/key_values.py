"""What a policy expects of each key, shown beside the game; and a coach, who judges the keys that a person presses.

Both are input sources of retro-games: they are asked for a key in each turn, just before it is played.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.playing.key_presses import KeyPresses

if TYPE_CHECKING:
    from blessed.keyboard import Keystroke
    from retro.game import Game

    from retro_gamer_core.policies.trained_policy import TrainedPolicy

#: How far below the best key, as a part of how far the values lie apart, a key is called what; after lichess.
JUDGEMENTS = ((0.3, "a blunder"), (0.2, "a mistake"), (0.1, "inaccurate"))

_BAR = 10  # characters of the longest bar
_TOLD_AT_THE_END = 3


def name_of(key: str | None) -> str:
    """How a key is called: ``left`` for ``KEY_LEFT``, "nothing" for pressing nothing."""
    if key is None:
        return "nothing"
    return key.removeprefix("KEY_").lower().replace("_", " ") if key.startswith("KEY_") else repr(key)


def place(value: float, values: np.ndarray) -> float:
    """Where a value lies between the lowest (0) and the highest (1)."""
    low, high = float(np.min(values)), float(np.max(values))
    return 1.0 if high <= low else (value - low) / (high - low)


def bar(value: float, values: np.ndarray, width: int = _BAR) -> str:
    """``place`` as a bar of ``width`` characters at most; the lowest has one, so that it can be seen."""
    return "█" * max(1, round(place(value, values) * width))


def key_lines(keys: Sequence[str | None], values: np.ndarray, chosen: int) -> list[str]:
    """A line for each key: its bar and its value, the chosen one behind a ``>``."""
    names = [name_of(key)[:8] for key in keys]
    width = max(map(len, names))
    return [
        f"{'>' if number == chosen else ' '} {name:{width}} {bar(value, values):{_BAR}} {value:9.4g}"
        for number, (name, value) in enumerate(zip(names, values.tolist(), strict=True))
    ]


class ShownValues:
    """Lets a policy play, and has ``lines`` about what it expected of each key in the turn that was played last."""

    def __init__(self, policy: TrainedPolicy, game: Game) -> None:
        self.lines: list[str] = []
        self._policy, self._game = policy, game
        self._keys = KeyPresses(policy.metadata.pressed)

    def pressed(self, key: Keystroke) -> None:
        """A person pressed a key, who is only watching."""

    def collect(self) -> set[Any]:
        """The key that the policy chooses."""
        keys = self._policy.metadata.keys
        values = self._policy.q_values(self._game)
        action = keys.index(self._policy.get_action(self._game))
        self.lines = ["what it expected of each key", *key_lines(keys, values, action)]
        self._keys.press(action)
        return self._keys.collect()


@dataclass(frozen=True)
class Judgement:
    """One key that a person pressed.

    Args:
        turn: how many turns had been played.
        key, best: what was pressed, and what the policy thinks best.
        drop: how far it lies below the best, as a part of how far values lie apart in this game; 0 is best.
    """

    turn: int
    key: str | None
    best: str | None
    drop: float

    @property
    def word(self) -> str:
        return next((word for least, word in JUDGEMENTS if self.drop >= least), "good")


class Coach:
    """Lets a person play, and judges each key by what a policy expects of it.

    Attributes:
        lines: about the turn that was played last.
        judged: every turn, in order.
    """

    def __init__(self, policy: TrainedPolicy, game: Game) -> None:
        self.lines: list[str] = ["press a key"]
        self.judged: list[Judgement] = []
        self._policy, self._game = policy, game
        self._keys = KeyPresses(policy.metadata.pressed)
        self._pressed: Keystroke | None = None
        self._apart = 0.0

    def pressed(self, key: Keystroke) -> None:
        """A person pressed a key: the last one before a turn counts."""
        self._pressed = key

    def collect(self) -> set[Any]:
        """What the person pressed, whether or not it is one of the game's keys."""
        keystroke, self._pressed = self._pressed, None
        keys, values = self._policy.metadata.keys, self._policy.q_values(self._game)
        names = {} if keystroke is None else {keystroke.name, str(keystroke)} - {None, ""}
        pressed = self._policy.metadata.pressed
        action = next((number for number, name in enumerate(pressed) if name in names), len(keys) - 1)
        best = int(values.argmax())
        # Of one turn alone, two keys that are nearly alike would lie as far apart as life and death.
        self._apart = max(self._apart, float(np.ptp(values)))
        drop = float(values[best] - values[action]) / self._apart if self._apart else 0.0
        last = Judgement(self._game.turn_number, keys[action], keys[best], drop)
        self.judged.append(last)
        good = sum(each.word == "good" for each in self.judged)
        self.lines = [
            "what the coach expected",
            *key_lines(keys, values, action),
            "",
            f"you: {name_of(last.key)}, {last.word}",
            "" if last.word == "good" else f"better: {name_of(last.best)}",
            f"good: {good} of {len(self.judged)}",
        ]
        return set() if keystroke is None else {keystroke}

    def summary(self) -> list[str]:
        """What there is to say in the end: how many keys were good, and which cost most."""
        if not self.judged:
            return ["no turn was played"]
        counts = dict.fromkeys(("good", *(word for _, word in reversed(JUDGEMENTS))), 0)
        for each in self.judged:
            counts[each.word] += 1
        told = [
            ", ".join(f"{word} {count}" for word, count in counts.items()) + f", of {len(self.judged)} turns"
        ]
        dearest = sorted((each for each in self.judged if each.word != "good"), key=lambda each: -each.drop)
        return told + [
            f"turn {each.turn}: {name_of(each.key)} was {each.word}, better was {name_of(each.best)}"
            for each in dearest[:_TOLD_AT_THE_END]
        ]
