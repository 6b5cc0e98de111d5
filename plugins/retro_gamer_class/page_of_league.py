"""The league as one HTML file: the table as plain HTML, and below it the first game of each, to be looked at."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from retro_gamer_class.ranks import rank_in_words
from retro_gamer_class.standings import Ranked, Standings
from retro_gamer_seeing.rendering import asset, self_contained

MARK = "retro-gamer league"
"""What a page that ``league`` made says of itself in ``<meta name="generator">``."""

_MOST_NAMES = 6
_SCRIPTS = ("dom.js", "charts.js", "player.js")


def explained(standings: Standings) -> list[str]:
    """What the figures mean, in sentences, for the page and the terminal."""
    rated = standings.random is None
    told = [
        "rating: 400 points more mean ten wins for each loss; 1,000 is the average of all. Only files of different "
        "sides meet, so a side that has it easier in this game stands higher."
        if rated
        else f"{standings.measure}: the mean of all games.",
        "95 % interval: where that would probably lie after very many games.",
        "rank: those whom so few games cannot tell apart share their ranks"
        + (": their intervals overlap. " if rated else "; all told, that is right in 95 of 100 leagues. ")
        + "More games tell more.",
    ]
    if standings.random is not None:
        unsure = [row.name for row in standings.ranked if not row.beats_random]
        if len(unsure) > _MOST_NAMES:
            unsure[_MOST_NAMES:] = [f"and {len(unsure) - _MOST_NAMES} others"]
        told.append(
            f"Random keys reach {figure(standings.random.mean)}."
            + (f" Not surely better than they: {', '.join(unsure)}." if unsure else "")
        )
    return told


def in_one_sentence(standings: Standings) -> str:
    """How many were ranked, in what."""
    ranked, all_ = len(standings.ranked), len(standings.ranked) + len(standings.not_ranked)
    each = " for each two" if standings.random is None else ""
    games = f"the same {standings.question.games:,} games of {standings.game}{each}"
    return f"{ranked} of {all_} ranked, in {games} (seed {standings.question.seed})"


def note_of(row: Ranked) -> str:
    """What there is to say beside a name."""
    same = f"the same file as {', '.join(row.same_as)}" if row.same_as else ""
    told = "; ".join(filter(None, [row.answer.get("side"), same]))
    return f"({told})" if told else ""


def figure(value: float) -> str:
    return f"{value:,.1f}" if abs(value) < 10_000 else f"{value:,.0f}"


def page(standings: Standings) -> str:
    """The whole page."""
    measure = standings.measure
    ends = [end for row in standings.ranked for end in row.summary.ci95]
    low, high = min(ends, default=0.0), max(ends, default=1.0)

    def at(value: float) -> str:
        return f"{100 * (value - low) / (high - low) if high > low else 50:.1f}"

    rows, games = [], []
    for number, row in enumerate(standings.ranked):
        summary, replay = row.summary, row.answer.get("replay")
        if replay:
            games.append({**replay, "id": f"game-{number}", "label": row.name})
        left, right = summary.ci95
        rows.append(
            {
                "rank": rank_in_words(row.rank),
                "name": row.name,
                "note": note_of(row),
                "mean": figure(summary.mean),
                "interval": f"{figure(left)} to {figure(right)}",
                "left": at(left),
                "middle": at(summary.mean),
                "right": at(right),
                "game": games[-1]["id"] if replay else "",
            }
        )
    names = {"rank": "rank", "name": "name", "mean": measure, "interval": "95 % interval", "strip": ""}
    columns = [
        {"key": key, "name": name, "number": key in ("mean", "interval")} for key, name in names.items()
    ]
    return self_contained(
        _own_asset("league.html"),
        asset("page.css") + _own_asset("league.css"),
        "\n".join([*map(asset, _SCRIPTS), _own_asset("league.js")]),
        {"games": games},
        mark=MARK,
        game=standings.game,
        verdict=in_one_sentence(standings) + ".",
        caption=f"By {measure}, from the best to the worst",
        columns=columns,
        rows=rows,
        explained=explained(standings),
        not_ranked=standings.not_ranked,
        replayed="The first game of each file: it began alike for all of them."
        if standings.random is not None
        else "The first game of each file, against random keys.",
    )


@cache
def _own_asset(name: str) -> str:
    return files(__package__).joinpath("page", name).read_text(encoding="utf-8")
