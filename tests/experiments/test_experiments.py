"""Experiments from beginning to end: the same as single runs, stopped and gone on with, and with runs that fail."""

from __future__ import annotations

import json
import shutil
from contextlib import nullcontext
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from retro_gamer import experiment
from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.evaluation.games import greedy, play_games
from retro_gamer_core.policies.trained_policy import TrainedPolicy
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.runs.saved_state import read_state
from retro_gamer_core.streams import STREAMS, stream_seed
from retro_gamer_core.training.greedy_evaluation import GreedyEvaluation
from retro_gamer_core.training.loading import load_trainer
from retro_gamer_core.training.time_budget import TurnBudget
from retro_gamer_core.training.trainer import Trainer
from retro_gamer_experiments import job as doing
from retro_gamer_experiments.command import experiment as command
from retro_gamer_experiments.experiment_directory import ExperimentDirectory

TURNS, GAMES = 150, 4
TINY = {"vary": {"training.gamma": [0.5, 0.9]}, "seeds": 2, "turns": TURNS, "games": GAMES}


def weights(run: Path) -> dict[str, np.ndarray]:
    state = read_state(RunDirectory(run).newest_states()[0])
    return state["loop"]["learner"]


def assert_same_weights(one: object, other: object) -> None:
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same_weights(one[key], other[key])
    elif isinstance(one, (list, tuple)):
        for a, b in zip(one, other, strict=True):
            assert_same_weights(a, b)
    else:
        np.testing.assert_array_equal(one, other)


def test_two_settings_and_two_seeds_are_four_single_runs(base, place, executor):
    before = {path: path.read_bytes() for path in base.rglob("*") if path.is_file()}
    verdict = experiment(base, **TINY)
    assert executor.done == [
        "1-gamma=0.5-seed1",
        "2-gamma=0.9-seed1",
        "1-gamma=0.5-seed2",
        "2-gamma=0.9-seed2",
    ]
    directory = ExperimentDirectory(verdict.directory)
    assert verdict.directory == Path("experiments/base-gamma")

    for planned in verdict.plan.runs():
        gamma = planned.arm.changes["training.gamma"]
        single = place / f"single-{planned.name}"
        text = (
            (base / "config.toml").read_text(encoding="utf-8").replace("seed = 77", f"seed = {planned.seed}")
        )
        RunDirectory.create(single, text.replace("[training]", f"[training]\ngamma = {gamma}"))
        trainer = load_trainer(RunDirectory(single))
        assert trainer.train(budget=TurnBudget(TURNS, lambda t=trainer: t.loop.turns)).reason == "finished"
        assert_same_weights(weights(directory.run(planned)), weights(single))

        policy, found = TrainedPolicy(single, "best"), trainer.any_game
        player = policy.player_in(found())
        games = play_games(
            greedy(player.learner, verdict.plan.judge_seed),
            trainer._create_game,
            player,
            GAMES,
            max_turns=2_000,
            seed=verdict.plan.judge_seed,
            score_key="score",
        )
        assert directory.result(planned).values == tuple(game.score for game in games)

    assert {path: path.read_bytes() for path in base.rglob("*") if path.is_file()} == before
    told = json.loads(directory.verdict.read_text(encoding="utf-8"))
    assert told == {"schema": 1, **json.loads(json.dumps(verdict.to_dict()))}
    assert directory.table.read_text(encoding="utf-8").count("\n") == 5

    executor.done.clear()
    assert experiment(base, **TINY).to_dict() == verdict.to_dict(), "nothing is done again"
    assert executor.done == []
    more = experiment(verdict.directory, seeds=3)
    assert executor.done == ["1-gamma=0.5-seed3", "2-gamma=0.9-seed3"]
    assert more.plan.seeds == 3 and more.comparisons[0].difference.pairs == 3
    shown = CliRunner().invoke(command, [str(verdict.directory), "--json"])
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["comparisons"][0]["sentence"] == more.sentences[0]

    with pytest.raises(RetroGamerError, match="another experiment is there already: its turns"):
        experiment(base, **{**TINY, "turns": 200})
    with pytest.raises(RetroGamerError, match=r"another experiment is there already: its arms: 0\.5, 0\.9"):
        experiment(base, **{**TINY, "vary": {"training.gamma": [0.5, 0.8]}})
    with pytest.raises(RetroGamerError, match="is an experiment"):
        experiment(verdict.directory, vary={"training.gamma": [0.5]})
    assert executor.done == ["1-gamma=0.5-seed3", "2-gamma=0.9-seed3"]


class StopsAfter:
    """A Ctrl-C that comes after so many turns of a training."""

    def __init__(self, turns: int) -> None:
        self._turns = turns

    def put_in_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doing, "load_trainer", self._load)
        monkeypatch.setattr(doing, "stop_on_interrupt", lambda tell: nullcontext(self))

    def _load(self, run: RunDirectory) -> Trainer:
        self._trainer = load_trainer(run)
        return self._trainer

    @property
    def asked(self) -> bool:
        return self._trainer.loop.turns > self._turns


def test_stopped_in_the_middle_of_a_run_it_goes_on_to_the_same_end(base, place, executor, monkeypatch):
    whole = experiment(base, **TINY, output="whole")

    with monkeypatch.context() as patched:
        executor.before = lambda name: StopsAfter(70).put_in_place(patched) if name.startswith("2-") else None
        executor.done.clear()
        with pytest.raises(KeyboardInterrupt):
            experiment(base, **TINY, output="stopped")
    assert executor.done == ["1-gamma=0.5-seed1"]
    stopped = ExperimentDirectory("stopped")
    run = RunDirectory(stopped.run(stopped.read_plan().runs()[1]))
    assert 70 < int(run.newest_states()[0].stem.removeprefix("turns_")) < TURNS

    executor.before = lambda name: None
    shutil.rmtree(stopped.run(stopped.read_plan().runs()[3]))  # as if killed before it was made
    executor.done.clear()
    again = experiment(base, **TINY, output="stopped")
    assert executor.done == ["2-gamma=0.9-seed1", "1-gamma=0.5-seed2", "2-gamma=0.9-seed2"]
    for one, other in zip(whole.plan.runs(), again.plan.runs(), strict=True):
        results = [ExperimentDirectory(at).result(each) for at, each in (("whole", one), ("stopped", other))]
        assert results[0].values == results[1].values


def test_one_run_that_fails_does_not_stop_the_rest_and_is_named(base, executor, monkeypatch):
    train = doing._train

    def fail_once(run, plan):
        if run.path.name == "2-gamma=0.9-seed1":
            raise RetroGamerError("the game has a hole")
        return train(run, plan)

    monkeypatch.setattr(doing, "_train", fail_once)
    told: list[str] = []
    verdict = experiment(base, **TINY, tell=told.append)
    assert len(executor.done) == 3
    assert [(each.label, each.seed, each.reason) for each in verdict.failures] == [
        ("0.9", 1, "the game has a hole")
    ]
    assert "0.9, seed 1 failed: the game has a hole" in told
    assert any("the game has a hole" in sentence for sentence in verdict.sentences)
    assert verdict.comparisons[0].difference.pairs == 1

    monkeypatch.setattr(doing, "_train", train)
    executor.done.clear()
    mended = experiment(base, **TINY)
    assert executor.done == ["2-gamma=0.9-seed1"]
    assert not mended.failures and mended.comparisons[0].difference.pairs == 2


def test_another_reward_is_judged_by_the_score_all_the_same(base, executor):
    verdict = experiment(base, reward="score", seeds=1, turns=60, games=GAMES)
    assert [each.arm.label for each in verdict.arms] == ["as it is", "rewarded by score"]
    assert verdict.plan.measure.key == "score"
    directory = ExperimentDirectory(verdict.directory)
    rewards = [
        load_trainer(RunDirectory(directory.run(each))).config.metadata.reward for each in verdict.plan.runs()
    ]
    assert rewards == ["steps", "score"]
    assert all(value == int(value) for each in verdict.arms for value in each.results[1].values)
    assert "cannot tell rewarded by score from as it is" in verdict.sentences[0]


def test_the_games_that_judge_are_none_that_a_run_has_seen(base, executor):
    judging = stream_seed(0, "experiments")
    seen = {
        stream_seed(seed, name, key) for seed in range(1, 101) for name in STREAMS for key in range(0, 200, 7)
    }
    assert judging not in seen and judging > 200
    verdict = experiment(base, seeds=2, turns=30, games=2, vary={"training.gamma": [0.5]})
    assert verdict.plan.judge_seed == judging
    for planned in verdict.plan.runs():
        trainer = load_trainer(RunDirectory(ExperimentDirectory(verdict.directory).run(planned)))
        assert isinstance(trainer.evaluation, GreedyEvaluation) and trainer.evaluation.seed != judging
        assert trainer.config.training.seed == planned.seed


def test_no_file_of_anybody_is_written_over(base, place, executor):
    (place / "mine").mkdir()
    (place / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RetroGamerError, match="something else than an experiment"):
        experiment(base, **TINY, output="mine")
    assert [path.name for path in (place / "mine").iterdir()] == ["notes.txt"]


def test_how_long_it_takes_is_told_before_it_begins(base, executor):
    told: list[str] = []
    shown: list[tuple[str, float]] = []
    experiment(
        base,
        **{**TINY, "seeds": 1},
        tell=told.append,
        show=lambda what, share, facts: shown.append((what, share)),
    )
    assert told[0].startswith(f"2 runs of {TURNS} turns, ") and ": about " in told[0] and "till" in told[0]
    assert [what for what, _ in shown] == ["0 of 2 runs", "1 of 2 runs", "2 of 2 runs"]
    assert all(before[1] < after[1] for before, after in pairwise(shown))


def test_a_search_proposes_settings_and_judges_them_beside_the_run_as_it_is(base, place, executor):
    pytest.importorskip("optuna")
    words = [
        "--search",
        "2",
        "--seeds",
        "1",
        "--turns",
        str(TURNS),
        "--games",
        "2",
        "--workers",
        "1",
        "-o",
        "found",
    ]
    asked = [str(base), "--vary", "training.gamma=0.5..0.9", *words, "--json"]
    found = json.loads(CliRunner().invoke(command, asked, catch_exceptions=False).stdout)
    assert len(found["tried"]) == 2
    assert all(0.5 <= each["values"]["training.gamma"] <= 0.9 for each in found["tried"])
    assert [len(each["scores"]) for each in found["tried"]] == [1, 1]
    done = len(executor.done)
    assert done == 3, "two proposals, and the run as it is"
    again = json.loads(CliRunner().invoke(command, asked, catch_exceptions=False).stdout)
    assert again["tried"] == found["tried"]
    assert len(executor.done) == done, "nothing is trained twice"
