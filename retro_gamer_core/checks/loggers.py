"""Checks of a logger: it hears a whole run without trouble, and a run that was stopped leaves no gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from retro_gamer_core.checks.workbench import Check, Workbench, compare_cost
from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.contracts import Logger
from retro_gamer_core.events import AlarmRaised, CheckpointSaved, EpisodeFinished, Evaluated, Outcome, RunInfo
from retro_gamer_core.findings import Finding, finding
from retro_gamer_core.playing.replay import Recording

_EPISODES = 20
_STOPPED_AFTER = 12
_LOST = 5

#: Of each episode that is told.
_TURNS = 100
_CONFIG = "config.toml"


def logger_hears_all(bench: Workbench) -> Iterator[Finding]:
    """A run in one go, one that was stopped, and one that was killed five episodes after its last saved state."""
    with TemporaryDirectory() as directory:
        whole, stopped, killed = (Path(directory) / name for name in ("whole", "stopped", "killed"))
        _run_in_one_go(bench, whole)
        _run_in_two(bench, stopped, lost=0)
        _run_in_two(bench, killed, lost=_LOST)
        in_one, in_two, after_loss = map(_lines, (whole, stopped, killed))
        others = _files_without_lines(whole)
    bench.figures.append(
        f"{_EPISODES} episodes heard, {sum(in_one.values())} lines in {len(in_one)} file(s) written"
    )
    if others:
        bench.left_out.append(f"what stands in {', '.join(others)}, which is no text")
    for file, lines in in_one.items():
        if in_two.get(file, 0) < lines:
            yield finding(
                "state-lost",
                f"{file} has {in_two.get(file, 0)} lines after a run that was stopped and gone on with, and "
                f"{lines} after the same run in one go",
            )
        elif after_loss.get(file) != in_two[file]:
            yield finding(
                "state-lost",
                f"{file} has {after_loss.get(file, 0)} lines where {_LOST} episodes were lost and played again, and "
                f"{in_two[file]} where none were",
            )


def logger_cost(bench: Workbench) -> Iterator[Finding]:
    """Hearing an episode, beside the usual logger."""
    with TemporaryDirectory() as directory:

        def hear(choice: PartChoice, place: str) -> Callable[[], None]:
            path = Path(directory) / place
            logger = _begun(bench, choice, path)
            return lambda: _episodes(logger, path, range(1, 101))

        own, usual = hear(bench.chosen, "own"), hear(bench.usual_choice, "usual")
        yield from compare_cost(bench, "hearing of 100 episodes", 100 * _TURNS, own, usual)


def _run_in_one_go(bench: Workbench, path: Path) -> None:
    logger = _begun(bench, bench.chosen, path)
    logger.note("a game raised an error")
    _end(logger, path, range(1, _EPISODES + 1))


def _run_in_two(bench: Workbench, path: Path, lost: int) -> None:
    logger = _begun(bench, bench.chosen, path)
    logger.note("a game raised an error")
    _episodes(logger, path, range(1, _STOPPED_AFTER + 1))
    state = logger.state_dict()
    _episodes(logger, path, range(_STOPPED_AFTER + 1, _STOPPED_AFTER + 1 + lost))
    del logger  # and with it what it still held back
    logger = _begun(bench, bench.chosen, path, state)
    _end(logger, path, range(_STOPPED_AFTER + 1, _EPISODES + 1))


def _begun(bench: Workbench, choice: PartChoice, path: Path, state: dict[str, Any] | None = None) -> Logger:
    """A logger at the beginning of a training, or where the state was taken."""
    path.mkdir(exist_ok=True)
    (path / _CONFIG).write_text(bench.config_text, encoding="utf-8", newline="\n")  # as in every run
    logger: Logger = bench.build(choice, run_directory=path)
    if state is not None:
        logger.load_state_dict(state)
    logger.training_started(RunInfo(path, bench.game, bench.seed), ["a choice, and why"])
    return logger


def _end(logger: Logger, path: Path, numbers: range) -> None:
    _episodes(logger, path, numbers)
    logger.training_finished(Outcome("finished", _EPISODES, _TURNS * _EPISODES, 2.0 * _EPISODES))


def _episodes(logger: Any, path: Path, numbers: range) -> None:
    for number in numbers:
        turns = _TURNS * number
        logger.episode_finished(
            EpisodeFinished(
                number, 1.5 * number, _TURNS, 0.5, None if number < 3 else 0.1, "game over", turns
            )
        )
        if number % 5 == 0:
            checkpoint = path / "checkpoints" / f"ep_{number:04}.pt"
            logger.checkpoint_saved(
                CheckpointSaved(
                    checkpoint, number, number - 4, 3.0, 100.0, 0.1, 0.5, 10.0, 2.0 * number, turns, 50.0
                )
            )
            if hasattr(logger, "evaluated"):
                logger.evaluated(
                    Evaluated(number, turns, 2.0 * number, 3.0, 3.0, 90.0, None, 1.0, None, 0.4, True, 10)
                )
            if hasattr(logger, "game_recorded") and number == 5:
                logger.game_recorded(_recording(number, turns))
            if hasattr(logger, "alarm_raised") and number == 5:
                logger.alarm_raised(AlarmRaised("reward-never-seen", "no reward", 500, "why", "try"))


def _recording(episode: int, turns: int) -> Recording:
    at = {"name": "evaluation", "episode": episode, "total_turns": turns, "seconds": 2.0 * episode}
    return Recording(
        game="snake",
        seed=7,
        keys=np.zeros(3, np.uint16),
        values=np.zeros((3, 2), np.float32),
        rewards=np.ones(3, np.float32),
        score=None,
        total_reward=3.0,
        ended="game over",
        checksum=0,
        at={**at, "share": episode / _EPISODES, "best": True},
        random=np.zeros(3, bool),
    )


def _lines(directory: Path) -> dict[str, int]:
    return {file: content.count(b"\n") for file, content in _written(directory) if _is_text(content)}


def _files_without_lines(directory: Path) -> list[str]:
    return [file for file, content in _written(directory) if not _is_text(content)]


def _written(directory: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path != directory / _CONFIG:
            yield path.relative_to(directory).as_posix(), path.read_bytes()


def _is_text(content: bytes) -> bool:
    return b"\0" not in content


#: What is asked of each, quick or not; and what takes seconds, or is measured.
CONTRACT: tuple[Check, ...] = (logger_hears_all,)
COST: tuple[Check, ...] = (logger_cost,)
