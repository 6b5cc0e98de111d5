"""One measured run of ``learning.py`` and ``ablation.py``: train, judge at each mark, keep a line of JSON for each."""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from retro_gamer_core.evaluation.games import greedy, play_games
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.playing.survey import survey_game
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.loading import load_run, load_trainer
from retro_gamer_core.training.new_run import choices_of, make_run, with_wishes
from retro_gamer_core.training.trainer import Trainer

GAMES, JUDGED_WITH = 30, 987_654_321
_SECONDS: dict[str, Callable[[], float]] = {"wall": perf_counter, "cpu": process_time}


class StopAt:
    """Asks to stop as soon as the clock shows so many seconds."""

    def __init__(self, seconds: Callable[[], float], until: float) -> None:
        self._seconds, self._until = seconds, until

    @property
    def asked(self) -> bool:
        return self._seconds() >= self._until


def measure(job: dict[str, Any], results: Path, folder: Path) -> None:
    """Train one run, and judge it at each of ``job["marks"]`` (minutes).

    ``job["settings"]`` holds what is set beside the game: ``{"training": {"double": False}, …}``.
    """
    run = new_run(job, folder / "run")
    trainer = load_trainer(run)
    seconds = _SECONDS[job["clock"]]
    trained = 0.0
    for mark in job["marks"]:
        trainer.train([], StopAt(seconds, seconds() + 60 * mark - trained))
        trained = 60 * mark
        best = load_trainer(run) if run.best_checkpoint.exists() else None
        if best:
            best.load_checkpoint(run.best_checkpoint)
        row = {
            **{key: job[key] for key in ("game", "recipe", "seed", "clock")},
            "variant": job.get("variant", ""),
            "minutes": mark,
            **judge(trainer, run),
            "best_score": judge(best, run)["score"] if best else None,
            "turns": trainer.loop.turns,
            "updates": trainer.loop.updates,
        }
        with results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def new_run(job: dict[str, Any], path: Path) -> RunDirectory:
    """What ``retro-gamer create`` makes with these settings."""
    small = Path(__file__).parent / "games" / f"{job['game']}.py"
    plugins, found = installed_plugins(), find_game(str(small) if small.is_file() else job["game"])
    random.seed(job["seed"])
    facts = survey_game(found.name, found.factory, found.metadata)
    found.metadata.board_size = facts.board_size
    wishes = job.get("settings", {})
    wishes = {**wishes, "training": {**wishes.get("training", {}), "seed": job["seed"]}}
    choices = with_wishes(choices_of(job["recipe"], facts, plugins), wishes, plugins)
    return make_run(path, found.name, found.metadata, choices, plugins)


def judge(trainer: Trainer, run: RunDirectory) -> dict[str, Any]:
    """Mean score and mean turns of games that belong to no training."""
    config, game = load_run(run)
    played = play_games(
        greedy(trainer.player.learner),
        game.factory,
        trainer.player,
        GAMES,
        max_turns=config.training.max_turns_per_episode,
        seed=JUDGED_WITH,
        score_key=config.metadata.score or "score",
    )
    return {
        "score": sum(game.score for game in played) / GAMES,
        "length": sum(game.turns for game in played) / GAMES,
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        measure(json.loads(sys.argv[1]), Path(sys.argv[2]), Path(folder))
