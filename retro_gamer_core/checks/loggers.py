"""Checks of a logger: it hears a whole run without trouble, and a run that was stopped leaves no gap."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from retro_gamer_core.checks.workbench import Check, Workbench, compare_cost, must
from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.contracts import Logger, ask
from retro_gamer_core.events import AlarmRaised, CheckpointSaved, EpisodeFinished, Evaluated, Outcome, RunInfo
from retro_gamer_core.playing.replay import Recording

_EPISODES = 20
_STOPPED_AFTER = 12
_LOST = 5

#: Of each episode that is told.
_TURNS = 100
_CONFIG = "config.toml"


def logger_hears_all(bench: Workbench) -> None:
    """A run in one go, one that was stopped, and one that was killed five episodes after its last saved state."""
    whole, stopped, killed = (bench.directory / name for name in ("whole", "stopped", "killed"))
    _run(bench, whole, _EPISODES)
    _run(bench, stopped, _STOPPED_AFTER)
    _run(bench, killed, _STOPPED_AFTER, lost=_LOST)
    in_one, in_two, after_loss = map(_lines, (whole, stopped, killed))
    texts = {file: lines for file, lines in in_one.items() if lines is not None}
    bench.figures.append(
        f"{_EPISODES} episodes heard, {sum(texts.values())} lines in {len(texts)} file(s) written"
    )
    if others := [file for file in in_one if file not in texts]:
        bench.left_out.append(f"what stands in {', '.join(others)}, which is no text")
    for file, lines in texts.items():
        found, lost = in_two.get(file) or 0, after_loss.get(file) or 0
        what = f"{file} has {found} lines after a run that was stopped and gone on with, and {lines} after the same "
        must(found >= lines, "state-lost", f"{what}run in one go")
        what = f"{file} has {lost} lines where {_LOST} episodes were lost and played again, and {found} where none were"
        must(lost == found, "state-lost", what)


def logger_cost(bench: Workbench) -> None:
    """Hearing an episode, beside the usual logger."""

    def hear(choice: PartChoice) -> Callable[[], None]:
        path = Path(mkdtemp(dir=bench.directory))
        logger = _begun(bench, choice, path)
        return lambda: _episodes(logger, path, range(1, 101))

    compare_cost(bench, "hearing of 100 episodes", 100 * _TURNS, hear)


def _run(bench: Workbench, path: Path, stopped_after: int, lost: int = 0) -> None:
    """All episodes; those after the stop by a second logger, and some of them were heard by the first one in vain."""
    logger = _begun(bench, bench.chosen, path)
    logger.note("a game raised an error")
    _episodes(logger, path, range(1, stopped_after + 1))
    if stopped_after < _EPISODES:
        state = logger.state_dict()
        _episodes(logger, path, range(stopped_after + 1, stopped_after + 1 + lost))
        del logger  # and with it what it still held back
        logger = _begun(bench, bench.chosen, path, state)
        _episodes(logger, path, range(stopped_after + 1, _EPISODES + 1))
    logger.training_finished(Outcome("finished", _EPISODES, _TURNS * _EPISODES, 2.0 * _EPISODES))


def _begun(bench: Workbench, choice: PartChoice, path: Path, state: dict[str, Any] | None = None) -> Logger:
    """A logger at the beginning of a training, or where the state was taken."""
    path.mkdir(exist_ok=True)
    (path / _CONFIG).write_text(bench.config_text, encoding="utf-8", newline="\n")  # as in every run
    logger: Logger = bench.build(choice, run_directory=path)
    if state is not None:
        logger.load_state_dict(state)
    logger.training_started(RunInfo(path, bench.game, bench.seed), ["a choice, and why"])
    return logger


def _episodes(logger: Any, path: Path, numbers: range) -> None:
    for n in numbers:
        turns, loss = _TURNS * n, None if n < 3 else 0.1
        logger.episode_finished(EpisodeFinished(n, 1.5 * n, _TURNS, 0.5, loss, "game over", turns))
        if n % 5 == 0:
            saved = path / "checkpoints" / f"ep_{n:04}.pt"
            logger.checkpoint_saved(
                CheckpointSaved(saved, n, n - 4, 3.0, 100.0, 0.1, 0.5, 10.0, 2.0 * n, turns, 50.0)
            )
            reached = Evaluated(n, turns, 2.0 * n, 3.0, 3.0, 90.0, None, 1.0, None, 0.4, True, 10)
            ask(logger, "evaluated", reached)
        if n == 5:
            ask(logger, "game_recorded", _recording(n, turns))
            ask(logger, "alarm_raised", AlarmRaised("reward-never-seen", "no reward", 500, "why", "try"))


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


def _lines(directory: Path) -> dict[str, int | None]:
    """How many lines each file has, by its name; None for what is no text."""
    found = {}
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path != directory / _CONFIG:
            content = path.read_bytes()
            lines = None if b"\0" in content else content.count(b"\n")
            found[path.relative_to(directory).as_posix()] = lines
    return found


#: What is asked of each, quick or not; and what takes seconds, or is measured.
CONTRACT: tuple[Check, ...] = (logger_hears_all,)
COST: tuple[Check, ...] = (logger_cost,)
