"""The league itself: everybody is asked to play, what came of it is kept, and the table is made of it."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_class.judging import Answer, Judges, Question, make_judge
from retro_gamer_class.ranks import rank_intervals
from retro_gamer_class.submissions import Submission
from retro_gamer_core.distributions import installed_version, own_version
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.evaluation.statistics import Summary, summarise
from retro_gamer_core.games.entry_points import is_installed_game
from retro_gamer_core.policies.policy_file import read_policy_file
from retro_gamer_core.runs.atomic_files import write_text

if TYPE_CHECKING:
    from retro_gamer_core.games.finding import FoundGame

_A_MOMENT = 0.2
"""Seconds. On Windows, a Ctrl-C is heard only between two waits."""


@dataclass(frozen=True)
class Ranked:
    """A row of the table.

    Args:
        name: of the submission.
        rank: the best and the worst that it may be.
        summary: of its scores.
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


class League:
    """Judges many files, as many at once as there are processor cores.

    Args:
        submissions: what was handed in.
        question: what all are asked; ``file`` is filled in for each.
        found: the game.
        kept: the directory in which answers are kept, so that none is asked for twice.
    """

    def __init__(
        self, submissions: Sequence[Submission], question: Question, found: FoundGame, kept: Path
    ) -> None:
        self.submissions, self.question, self._found, self._kept = submissions, question, found, kept
        self._game = fingerprint_of(found)

    def play(self, progress: Callable[[int, int], object]) -> Standings:
        """Ask everybody who has not answered yet. ``progress`` is told how many of how many have.

        A KeyboardInterrupt ends those who play, and passes through; what has been answered is kept.
        """
        asked = {each.sha256: each for each in self.submissions if each.sha256}
        questions = {digest: replace(self.question, file=str(each.path)) for digest, each in asked.items()}
        questions[""] = replace(self.question, replay=False)  # random keys
        answers = dict(self._answers(questions, progress))
        return self._standings(answers)

    def _answers(
        self, questions: Mapping[str, Question], progress: Callable[[int, int], object]
    ) -> Iterator[tuple[str, Answer]]:
        files = {digest: self._file_for(digest, question) for digest, question in questions.items()}
        waiting = []
        for digest, question in questions.items():
            if (known := _read(files[digest])) is not None:
                yield digest, known
            else:
                waiting.append((digest, question))
        done = len(questions) - len(waiting)
        progress(done, len(questions))
        judges = Judges(make_judge)
        with ThreadPoolExecutor(_cores()) as pool:
            running: dict[Future[Answer], str] = {
                pool.submit(judges.ask, question, question.seconds): digest for digest, question in waiting
            }
            try:
                while running:
                    ended, _ = wait(running, timeout=_A_MOMENT, return_when=FIRST_COMPLETED)
                    progress(done, len(questions))
                    for future in ended:
                        digest, answer = running.pop(future), future.result()
                        done += 1
                        if not answer.get("again"):
                            write_text(files[digest], json.dumps(answer))
                        yield digest, answer
            finally:
                for future in running:
                    future.cancel()
                judges.stop()

    def _file_for(self, digest: str, question: Question) -> Path:
        """Where an answer is kept: by the file, the game's code, the question and the versions."""
        asked = {**asdict(question), "file": digest, "game": self._game}
        versions = [own_version(), installed_version("retro-games"), installed_version("numpy")]
        name = sha256(json.dumps([asked, versions], sort_keys=True).encode()).hexdigest()[:40]
        return self._kept / f"{name}.json"

    def _standings(self, answers: Mapping[str, Answer]) -> Standings:
        random = answers[""]
        if "problem" in random:
            raise RetroGamerError(
                f"random keys could not play {self._found.name}: {random['problem']}",
                why="all files are compared with them, and a game that fails for them fails for everybody",
                hint=f"retro-gamer check {self._found.name}",
            )
        names: dict[str, list[str]] = {}
        for each in self.submissions:
            names.setdefault(each.sha256, []).append(each.name)
        measure = random["measure"]
        problems = {
            each.name: each.problem or _problem_of(answers[each.sha256], measure) for each in self.submissions
        }
        played = [each for each in self.submissions if not problems[each.name]]
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
            for each, rank, answer in zip(
                played, ranks, [answers[each.sha256] for each in played], strict=True
            )
        ]
        rows.sort(key=lambda row: (-row.summary.mean, row.name.casefold()))
        left_out = [(name, problem) for name, problem in problems.items() if problem]
        return Standings(
            self.question, self._found.name, measure, rows, left_out, summarise(random["scores"])
        )


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


def fingerprint_of(found: FoundGame) -> str:
    """A game by its name and its code, as far as that lies beside the file that makes it."""
    digest = sha256(found.name.encode())
    root = found.source_root
    for file in sorted(root.glob("*.py") if root and root.is_dir() else [root] if root else []):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _problem_of(answer: Answer, measure: str) -> str:
    if "problem" in answer or answer["measure"] == measure:
        return str(answer.get("problem", ""))
    return f"its games ended without a {measure}"


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # of this process; only Linux knows
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _read(file: Path) -> Answer | None:
    try:
        answer: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None
