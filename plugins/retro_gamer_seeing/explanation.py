"""One moment of a game explained: what was expected of each key, what came of it in copies, and what mattered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.evaluation.games import greedy
from retro_gamer_core.playing.replay import board_cells
from retro_gamer_core.policies.key_values import name_of
from retro_gamer_seeing.futures import SOON, Future, futures, turns_in_words
from retro_gamer_seeing.perturbations import mattered

if TYPE_CHECKING:
    from retro_gamer_core.playing.replay import Recording, Replay
    from retro_gamer_core.policies.player import Player

#: Each key is tried in so many copies of the game, which are played on for so many turns.
REPEATS, HORIZON = 20, 30

#: A larger part of the copies than this must end soon for a key to be called a risk.
_BAD_LUCK = 1 / 20

#: Parts of how far the values lie apart.
_CLEARLY_MORE, _CLEARLY_LESS = 0.05, 0.1


@dataclass(frozen=True)
class Explanation:
    """A moment of a game and what is thought of it.

    Args:
        values: what it expects of each key, ``float32[n_actions]``.
        chosen: the number of the key that it presses.
        futures: what came of each key in copies of the game.
        mattered: ``(row, column, character, weight)``, what it looked at, the most important first.
        span: how far the values lie apart, in the games that this one is seen among.
    """

    values: np.ndarray
    chosen: int
    futures: tuple[Future, ...]
    mattered: tuple[tuple[int, int, str, float], ...]
    span: float

    @property
    def danger(self) -> str:
        """What is to be feared, in a sentence; empty where there is nothing."""
        if all(each.doomed for each in self.futures):
            last = max(each.median_turns or 0 for each in self.futures)
            return f"Whatever it presses, the game is mostly over within {turns_in_words(last)}."
        future = self.futures[self.chosen]
        if future.doomed:
            return (
                "The key that it presses leads to the end: dead in "
                f"{turns_in_words(future.median_turns or 0)} ({future.deaths} of {future.of})."
            )
        if future.soon > _BAD_LUCK * future.of:
            return (
                "The key that it presses is a risk: with bad luck it is dead within "
                f"{turns_in_words(SOON)} ({future.soon} of {future.of})."
            )
        return ""

    @property
    def disagrees(self) -> list[bool]:
        """Of each key, whether something else came of it than was expected; see ``disagrees``."""
        best, best_came = float(self.values.max()), max(each.mean_reward for each in self.futures)
        return [
            disagrees(each, float(value), best, best_came, self.span)
            for each, value in zip(self.futures, self.values, strict=True)
        ]

    @property
    def disagreements(self) -> list[str]:
        """Where what it expects and what comes go different ways; nothing where every key is the end."""
        if all(each.doomed for each in self.futures):
            return []
        return [
            f"It expects {value:.4g} of {name_of(each.key)}, and this comes: {each.text}."
            if each.doomed
            else f"It expects only {value:.4g} of {name_of(each.key)}, and no key brings more: {each.text}."
            for each, value, is_other in zip(self.futures, self.values, self.disagrees, strict=True)
            if is_other
        ]

    def as_data(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
        return {
            "danger": self.danger,
            "disagreements": self.disagreements,
            "keys": [
                {"key": each.key, "expects": float(value), "text": each.text, "deaths": each.deaths, "of": each.of,
                 "median_turns": each.median_turns, "mean_reward": each.mean_reward, "disagrees": is_other}
                for each, value, is_other in zip(self.futures, self.values, self.disagrees, strict=True)
            ],
            "mattered": [
                {"row": row, "column": column, "character": character, "weight": weight}
                for row, column, character, weight in self.mattered
            ],
        }  # fmt: skip


def explain(replay: Replay, player: Player, turn: int, *, span: float) -> Explanation:
    """Explain the moment after so many turns of a game that is played again; ``replay`` is moved there.

    Args:
        replay: with the encoder of ``player``.
        player: who expects something of each key, and plays on.
        span: see ``Explanation``.
    """
    here, recording = replay.to(turn).fork(), replay.recording
    action, keys = int(recording.keys[turn]), player.metadata.keys
    came = futures(here, greedy(player.learner), keys, repeats=REPEATS, horizon=HORIZON, seed=turn)
    cells = board_cells(here.game)
    looked_at = mattered(here.frame, player.encoder, player.learner, action)
    return Explanation(
        values=recording.values[turn],
        chosen=action,
        futures=tuple(came),
        mattered=tuple(
            (row, column, cells.get((column, row), ("?", ""))[0], w) for row, column, w in looked_at
        ),
        span=span,
    )


def disagrees(future: Future, expected: float, best: float, best_came: float, span: float) -> bool:
    """Whether something else came of a key than the learner expected.

    Where the game was mostly over, all its rewards are known, and they were clearly fewer than expected. Where it never
    was, only those of some turns are: then no key brought more of them, and it thought clearly less of this one.

    Args:
        expected: the value of the key; ``best`` is the highest of all keys.
        best_came: the highest mean reward that came of any key.
        span: how far the values lie apart.
    """
    if future.doomed:
        return expected - future.mean_reward > _CLEARLY_MORE * span
    return (
        future.deaths == 0 < future.of
        and future.mean_reward >= best_came
        and best - expected > _CLEARLY_LESS * span
    )


def value_range(recordings: Sequence[Recording]) -> tuple[float, float]:
    """The lowest and the highest value in these games and 0, which every bar is measured by; never the same."""
    values = np.concatenate([[0.0], *(each.values.ravel() for each in recordings)])
    values = values[np.isfinite(values)]
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (-1.0, 1.0)
