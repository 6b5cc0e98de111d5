"""What came of an evaluation, beside random play and the scores that others have reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.evaluation.games import PlayedGame
from retro_gamer_core.evaluation.statistics import Summary, summarise
from retro_gamer_core.games.tracebacks import where_raised
from retro_gamer_core.plugins.diagnosis import in_words

_RANDOM = "random"


@dataclass(frozen=True)
class Results:
    """What many games brought. ``score`` is None where the game keeps none."""

    score: Summary | None
    total_reward: Summary
    turns: Summary

    @classmethod
    def of(cls, played: Sequence[PlayedGame]) -> Results:
        scores = [game.score for game in played if game.score is not None]
        return cls(
            summarise(scores) if scores else None,
            summarise([game.total_reward for game in played]),
            summarise([game.turns for game in played]),
        )

    @property
    def compared(self) -> Summary:
        """What tells better from worse: the score where there is one, else the return."""
        return self.score or self.total_reward


@dataclass(frozen=True)
class Report:
    """An evaluation.

    Args:
        results: of what was evaluated.
        at_random: of random play in the same games.
        ended: how many games ended in each way.
        references: scores others have reached, by who they are; random play, measured here, is left out.
    """

    results: Results
    at_random: Results
    ended: dict[str, int]
    references: dict[str, float]

    @classmethod
    def of(
        cls, played: Sequence[PlayedGame], at_random: Sequence[PlayedGame], references: Mapping[str, float]
    ) -> Report:
        others = {name: float(score) for name, score in references.items() if name != _RANDOM}
        ended: dict[str, int] = dict(Counter(game.ended for game in played).most_common())
        return cls(Results.of(played), Results.of(at_random), ended, others)

    @property
    def reference(self) -> str | None:
        """Whose score is 1 on the normalised scale: the highest; None where none lies above random play."""
        highest = max(self.references, key=self.references.__getitem__, default=None)
        random = self.at_random.score
        return highest if highest and random and self.references[highest] > random.mean else None

    @property
    def normalized(self) -> float | None:
        """``(score - random) / (reference - random)``: 0 is random play, 1 is as good as ``reference``."""
        score, random = self.results.score, self.at_random.score
        if self.reference is None or score is None or random is None:
            return None
        return (score.mean - random.mean) / (self.references[self.reference] - random.mean)

    @property
    def against_random(self) -> Literal["better", "worse", "unsure"]:
        """Whether the intervals of the two leave room for doubt who plays better."""
        (low, high), (random_low, random_high) = self.results.compared.ci95, self.at_random.compared.ci95
        return "better" if low > random_high else "worse" if high < random_low else "unsure"

    def to_dict(self) -> dict[str, Any]:
        """For programs."""
        random = self.at_random
        return {
            "score": self.results.score and asdict(self.results.score),
            "return": asdict(self.results.total_reward),
            "turns": asdict(self.results.turns),
            "random": {
                "score": random.score and random.score.mean,
                "return": random.total_reward.mean,
                "turns": random.turns.mean,
            },
            "normalized": self.normalized,
            "reference": self.reference,
            "references": self.references,
            "against_random": self.against_random,
            "ended": self.ended,
        }


def errors_in(played: Sequence[PlayedGame], source_root: Path | None) -> str:
    """What to warn of where some of the games raised; "" where none did.

    Args:
        source_root: where the code of the game is, so that the line can be told.

    Raises:
        GameError: all of them did.
    """
    errors = [game.error for game in played if game.error is not None]
    if not errors:
        return ""
    first = errors[0]
    where = where_raised(first, source_root)
    if len(errors) < len(played):
        count = f"{len(errors):,} of {len(played):,} games ended because the game's code failed"
        return f"Warning: {count}: {in_words(first)}{f' ({where})' if where else ''}"
    if isinstance(first, RetroGamerError):
        raise first
    hint = "mend the game; retro-gamer play shows how far it gets"
    raise GameError(f"every game failed: {in_words(first)}", where=where, hint=hint) from first
