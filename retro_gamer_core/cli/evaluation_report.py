"""An evaluation in plain words and one small table, and the games in it that failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retro_gamer_core.cli.printing import say, say_lines, table, warn

if TYPE_CHECKING:
    from retro_gamer_core.evaluation.games import PlayedGame
    from retro_gamer_core.evaluation.report import Report
    from retro_gamer_core.evaluation.statistics import Summary
    from retro_gamer_core.games.finding import FoundGame

_BAR = 30
_HEADINGS = ("", "mean", "IQM", "95 % interval")


def print_evaluation(report: Report, games: int, max_turns: int) -> None:
    """Print the figures, what they mean, and whether random play has been beaten."""
    results, random = report.results, report.at_random
    rows = [
        ("score", results.score),
        ("return", results.total_reward),
        ("turns", results.turns),
        ("random: score", random.score),
        ("random: return", random.total_reward),
    ]
    table(
        _HEADINGS,
        [_row(name, summary) for name, summary in rows if summary],
        right=_HEADINGS[1:],
        indent="  ",
    )
    _print_bars(report)
    say()
    say_lines("  ", _VERDICTS[report.against_random])
    if report.reference is not None and report.normalized is not None:
        reference = f"{report.reference} ({_number(report.references[report.reference])})"
        say_lines(
            "  ", f"Normalised score {report.normalized:.3f}: 0 is random play, 1 is as good as {reference}."
        )
    if len(report.ended) > 1 or "game over" not in report.ended:
        say_lines("  ", _endings(report, games, max_turns))
    say()
    say_lines(
        "  ",
        "score: what the game itself counts; return: the rewards of a game, added up; IQM: the mean of the middle "
        "half of the games, which single lucky ones cannot move; 95 % interval: where the mean of very many games "
        "probably lies.",
    )


_VERDICTS = {
    "better": "It plays better than random keys: the intervals lie apart, so that is hardly luck.",
    "worse": "It plays worse than random keys. Early in training that is usual; late in it, something is wrong.",
    "unsure": "It cannot be told from random play in so few games: the intervals overlap. Train on, or play more "
    "games with --episodes.",
}


def _row(name: str, summary: Summary) -> tuple[str, ...]:
    low, high = summary.ci95
    return name, _number(summary.mean), _number(summary.iqm), f"{_number(low)} to {_number(high)}"


def _print_bars(report: Report) -> None:
    """One bar for each who has a score, from the lowest to the highest."""
    if report.results.score is None or report.at_random.score is None:
        return
    scores = {
        "this one": report.results.score.mean,
        "random play": report.at_random.score.mean,
        **report.references,
    }
    low, high = min(0.0, *scores.values()), max(0.0, *scores.values())
    width = max(map(len, scores))
    say()
    for name, score in sorted(scores.items(), key=lambda item: item[1]):
        bar = "█" * (round((score - low) / (high - low) * _BAR) if high > low else 0)
        say(f"  {name:<{width}}  {bar:<{_BAR}} {_number(score)}")


def _endings(report: Report, games: int, max_turns: int) -> str:
    words = {
        "game over": "ended by themselves",
        "turn limit": f"were stopped after {max_turns:,} turns",
        "error": "ended because the game's code failed",
    }
    ended = [f"{count:,} {words[how]}" for how, count in report.ended.items()]
    return f"Of the {games:,} games, {', '.join(ended)}."


def _number(value: float) -> str:
    return f"{value:,.1f}" if abs(value) < 10_000 else f"{value:,.0f}"


def tell_errors(played: Sequence[PlayedGame], found: FoundGame) -> None:
    """Warn of games that raised.

    Raises:
        GameError: all of them did.
    """
    from retro_gamer_core.errors import GameError, RetroGamerError
    from retro_gamer_core.games.tracebacks import where_raised
    from retro_gamer_core.plugins.diagnosis import in_words

    errors = [game.error for game in played if game.error is not None]
    if not errors:
        return
    first = errors[0]
    where = where_raised(first, found.source_root)
    if len(errors) < len(played):
        count = f"{len(errors):,} of {len(played):,} games ended because the game's code failed"
        warn(f"Warning: {count}: {in_words(first)}{f' ({where})' if where else ''}")
        return
    if isinstance(first, RetroGamerError):
        raise first
    hint = "mend the game; retro-gamer play shows how far it gets"
    raise GameError(f"every game failed: {in_words(first)}", where=where, hint=hint) from first
