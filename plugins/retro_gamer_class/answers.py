"""Asking many at once, and keeping what they answer: nobody is asked twice, and a Ctrl-C costs little."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_class.judging import Answer, Judges, make_judge
from retro_gamer_core.distributions import installed_version, own_version
from retro_gamer_core.runs.atomic_files import write_text

if TYPE_CHECKING:
    from retro_gamer_core.games.finding import FoundGame

#: Is told how many of how many have answered.
Progress = Callable[[int, int], object]

_A_MOMENT = 0.2
"""Seconds. On Windows, a Ctrl-C is heard only between two waits."""


class KeptAnswers:
    """Asks, as many at once as there are processor cores.

    Args:
        directory: where answers are kept: by who was asked, what, in which game, and with which versions.
        games: that are played.
    """

    def __init__(self, directory: Path, games: Sequence[FoundGame]) -> None:
        self._directory = directory
        self._about = [
            *map(_fingerprint_of, games),
            own_version(),
            *map(installed_version, ("retro-games", "numpy")),
        ]

    def all(self, questions: Mapping[str, Any], progress: Progress) -> dict[str, Answer]:
        """The answer to each question, by the digests of the files that it is about.

        A KeyboardInterrupt ends those who are asked, and passes through; what has been answered is kept.
        """
        files = {digests: self._file_for(digests, question) for digests, question in questions.items()}
        known = {digests: _read(file) for digests, file in files.items()}
        answers = {digests: answer for digests, answer in known.items() if answer is not None}
        judges = Judges(make_judge)
        with ThreadPoolExecutor(_cores()) as pool:
            running: dict[Future[Answer], str] = {
                pool.submit(judges.ask, question, question.seconds): digests
                for digests, question in questions.items()
                if digests not in answers
            }
            try:
                while running:
                    progress(len(answers), len(questions))
                    ended, _ = wait(running, timeout=_A_MOMENT, return_when=FIRST_COMPLETED)
                    for future in ended:
                        digests, answer = running.pop(future), future.result()
                        answers[digests] = answer
                        if not answer.get("again"):
                            write_text(files[digests], json.dumps(answer))
            finally:
                for future in running:
                    future.cancel()
                judges.stop()
        return answers

    def _file_for(self, digests: str, question: Any) -> Path:
        asked = {**asdict(question), "file": None, "files": digests}  # wherever they lie by now
        name = sha256(json.dumps([asked, self._about], sort_keys=True).encode()).hexdigest()[:40]
        return self._directory / f"{name}.json"


def _fingerprint_of(found: FoundGame) -> str:
    """A game by its name and its code, as far as that lies beside the file that makes it."""
    digest = sha256(found.name.encode())
    root = found.source_root
    for file in sorted(root.glob("*.py") if root and root.is_dir() else [root] if root else []):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # of this process; only Linux knows
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _read(file: Path) -> Answer | None:
    try:
        answer: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None
