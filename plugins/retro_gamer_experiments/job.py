"""One run of an experiment: trained until its time or its turns are over, then judged in games that are new to it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retro_gamer_core.errors import GameError, RetroGamerError
from retro_gamer_core.evaluation.games import greedy, play_games
from retro_gamer_core.games.finding import fresh_game
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.process_lock import RunBusy
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.interrupts import stop_on_interrupt
from retro_gamer_core.training.loading import load_run, load_trainer
from retro_gamer_core.training.time_budget import Budget, TimeBudget, TurnBudget
from retro_gamer_experiments.experiment_directory import ExperimentDirectory, Plan, PlannedRun, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.playing.frames import CharacterCodes
    from retro_gamer_core.training.trainer import Trainer

#: Seconds that a run is given whose time is over and whose last evaluation was interrupted.
_FOR_THE_END = 1.0


def do_job(directory: ExperimentDirectory, name: str) -> None:
    """Train and judge the run of that name, going on where it was stopped. Nothing is done where it has a result.

    Raises:
        KeyboardInterrupt: somebody asked to stop; everything is saved.
        RetroGamerError: it failed; why stands in its directory, too.
    """
    plan = directory.read_plan()
    planned = next((each for each in plan.runs() if each.name == name), None)
    if planned is None:
        raise RetroGamerError(f"{directory.path} has no run called {name!r}")
    if directory.result(planned) is not None:
        return
    with _failure_written(directory, planned):
        run = RunDirectory.open(directory.run(planned))
        trainer = _train(run, plan)
        directory.write_result(planned, _judged(run, plan, planned, trainer))


@contextmanager
def _failure_written(directory: ExperimentDirectory, planned: PlannedRun) -> Iterator[None]:
    directory.forget_failure(planned)
    try:
        yield
    except RunBusy:
        raise  # somebody else is at it, and will say how it went
    except Exception as error:
        reason = error.problem.what if isinstance(error, RetroGamerError) else in_words(error)
        directory.write_failure(planned, reason)
        raise


def _train(run: RunDirectory, plan: Plan) -> Trainer:
    trainer = load_trainer(run)
    trainer.load_newest()
    budget = _budget(trainer, plan)
    if budget is not None:
        with stop_on_interrupt(lambda line: None) as stop:
            outcome = trainer.train([], stop, budget)
        if outcome.reason == "interrupted":
            raise KeyboardInterrupt
    return trainer


def _budget(trainer: Trainer, plan: Plan) -> Budget | None:
    """What is left of it; None where nothing is."""
    unfinished = trainer.evaluation.missing_at_the_end(trainer.loop.turns)
    if plan.turns is not None:
        budget = TurnBudget(plan.turns, lambda: trainer.loop.turns)
        return budget if unfinished or not budget.is_spent else None
    left = (plan.seconds or 0.0) - trainer.keeper.seconds
    if unfinished or not trainer.loop.turns:
        left = max(left, _FOR_THE_END)
    return TimeBudget(left) if left >= _FOR_THE_END else None


@dataclass
class _Seen:
    """How a policy sees games whose reward is that of the base run."""

    metadata: GameMetadata
    encoder: Encoder
    characters: CharacterCodes


def _judged(run: RunDirectory, plan: Plan, planned: PlannedRun, trainer: Trainer) -> Result:
    """The best policy of the run, by its own evaluations, in the games that are the same for all."""
    _, found = load_run(run)
    policy = TrainedPolicy(run.path, "best" if run.best_checkpoint.is_file() else None)
    player = policy.player_in(fresh_game(found.factory, found.name))
    measure, metadata = plan.measure, player.metadata
    if measure.of == "return":
        metadata = replace(metadata, reward=measure.key)
    games = play_games(
        greedy(player.learner, plan.judge_seed),
        found.factory,
        _Seen(metadata, player.encoder, player.characters),
        plan.games,
        max_turns=plan.max_turns,
        seed=plan.judge_seed,
        score_key=measure.key,
    )
    values = [game.total_reward if measure.of == "return" else game.score for game in games]
    known = tuple(value for value in values if value is not None)
    if len(known) < len(values):
        errors = [game.error for game in games if game.error is not None]
        raise GameError(
            f"{len(values) - len(known)} of {len(values)} games ended without a score"
            + (f": {in_words(errors[0])}" if errors else ""),
            hint="retro-gamer check finds out what is wrong with the game",
        )
    return Result(
        run=planned.name,
        arm=planned.arm.name,
        seed=planned.seed,
        checkpoint=policy.path.name,
        episode=policy.episode,
        turns=trainer.loop.turns,
        seconds=trainer.keeper.seconds,
        values=known,
        turns_a_game=sum(game.turns for game in games) / len(games),
    )
