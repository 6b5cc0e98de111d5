"""The league itself: everybody is asked to play, what came of it is kept, and the table is made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_class.answers import KeptAnswers, Progress
from retro_gamer_class.judging import Answer, Question
from retro_gamer_class.ranks import rank_intervals
from retro_gamer_class.submissions import Submission
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.evaluation.statistics import Summary, summarise
from retro_gamer_core.games.entry_points import is_installed_game
from retro_gamer_core.policies.policy_file import read_policy_file

if TYPE_CHECKING:
    from retro_gamer_core.games.finding import FoundGame


@dataclass(frozen=True)
class Ranked:
    """A row of the table.

    Args:
        name: of the submission.
        rank: the best and the worst that it may be.
        summary: of its scores; its rating, in a game of two sides.
        beats_random: whether it plays better than random keys; None where the games cannot tell.
        answer: what came of its games.
        same_as: names of others with the very same file.
    """

    name: str
    rank: tuple[int, int]
    summary: Summary
    answer: Answer
    beats_random: bool | None = None
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standings:
    """What a league says: who is ranked, and why others are not."""

    question: Question
    game: str
    measure: str
    ranked: list[Ranked]
    not_ranked: list[tuple[str, str]]
    random: Summary | None


def standings_of(
    submissions: Sequence[Submission],
    question: Question,
    found: FoundGame,
    ask: KeptAnswers,
    progress: Progress,
) -> Standings:
    """Ask everybody, random keys too, and make the table.

    Args:
        question: what all are asked; ``file`` is filled in for each.
    """
    asked = {each.sha256: each for each in submissions if each.sha256}
    questions: dict[str, Any] = {
        digest: replace(question, file=str(each.path)) for digest, each in asked.items()
    }
    answers = ask.all({**questions, "": replace(question, replay=False)}, progress)
    random = answers[""]
    if "problem" in random:
        raise RetroGamerError(
            f"random keys could not play {found.name}: {random['problem']}",
            why="all files are compared with them, and a game that fails for them fails for everybody",
            hint=f"retro-gamer check {found.name}",
        )
    names = names_by_file(submissions)
    measure = random["measure"]
    problems = {each.name: each.problem or _problem_of(answers[each.sha256], measure) for each in submissions}
    played = [each for each in submissions if not problems[each.name]]
    scores = [answers[each.sha256]["scores"] for each in played]
    ranks = rank_intervals(np.array(scores)) if played else []
    rows = [
        Ranked(
            each.name,
            rank,
            summarise(answer["scores"]),
            answer,
            beats_random(answer["scores"], random["scores"]),
            tuple(name for name in names[each.sha256] if name != each.name),
        )
        for each, rank, answer in zip(played, ranks, [answers[each.sha256] for each in played], strict=True)
    ]
    rows.sort(key=lambda row: (-row.summary.mean, row.name.casefold()))
    left_out = [(name, problem) for name, problem in problems.items() if problem]
    return Standings(question, found.name, measure, rows, left_out, summarise(random["scores"]))


def names_by_file(submissions: Sequence[Submission]) -> dict[str, list[str]]:
    """By the digest of a file, who has handed it in."""
    names: dict[str, list[str]] = {}
    for each in submissions:
        names.setdefault(each.sha256, []).append(each.name)
    return names


def beats_random(scores: Sequence[float], at_random: Sequence[float]) -> bool | None:
    """Whether somebody is better than random keys, in the same games; None where that cannot be told."""
    (ours, theirs) = rank_intervals(np.array([scores, at_random]))
    return None if ours == theirs else ours < theirs


def game_of(submissions: Sequence[Submission]) -> str:
    """The installed game that all readable cards name.

    Raises:
        RetroGamerError: they name several, or none that is installed.
    """
    named: Counter[str] = Counter()
    for each in submissions:
        try:
            if each.sha256:
                named[str(read_policy_file(each.path)[0].get("game"))] += 1
        except (RetroGamerError, OSError, MemoryError):
            continue  # told in its row
    installed = [game for game in named if is_installed_game(game)]
    if len(named) == 1 and installed:
        return installed[0]
    told = ", ".join(f"{game!r} in {count}" for game, count in named.most_common(5))
    raise RetroGamerError(
        "it cannot be told which game is to be played",
        where=f"the cards of the files name {told}" if told else "no file could be read",
        why="all files play one game, and its code is never taken from what was handed in",
        hint=f"name the game yourself: --game {installed[0] if installed else 'snake'}",
    )


def _problem_of(answer: Answer, measure: str) -> str:
    if "problem" in answer or answer["measure"] == measure:
        return str(answer.get("problem", ""))
    return f"its games ended without a {measure}"
