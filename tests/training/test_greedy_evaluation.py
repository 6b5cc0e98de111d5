"""Evaluation while training: nothing of training changes, and ``best.pt`` is never made worse."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from retro_gamer_core.events import Evaluated, Outcome
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.runs.training_log import read_training_log
from retro_gamer_core.training import greedy_evaluation
from retro_gamer_core.training.interrupts import StopRequest
from retro_gamer_core.training.loading import load_trainer

OFTEN = {"evaluate_every": 40, "evaluation_games": 3, "max_turns_per_episode": 25}


@pytest.fixture(autouse=True)
def cheap(monkeypatch) -> None:
    """Evaluate as often as the settings say; these trainings are far shorter than any of a student's."""
    monkeypatch.setattr(greedy_evaluation, "TRAINED_FOR_EACH", 0.001)
    monkeypatch.setattr(greedy_evaluation, "GAMES_AT_THE_END", 5)


class Listener:
    """A logger as somebody may have written it before there were evaluations."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def training_started(self, run, choices) -> None: ...

    def note(self, line) -> None:
        self.notes.append(line)

    def episode_finished(self, episode) -> None: ...

    def checkpoint_saved(self, checkpoint) -> None: ...

    def training_finished(self, outcome) -> None: ...


class Heard(Listener):
    def __init__(self) -> None:
        super().__init__()
        self.evaluations: list[Evaluated] = []
        self.outcomes: list[Outcome] = []

    def training_finished(self, outcome) -> None:
        self.outcomes.append(outcome)

    def evaluated(self, evaluation) -> None:
        self.evaluations.append(evaluation)


def trained(run: RunDirectory, stop: Any = None) -> Heard:
    heard = Heard()
    trainer = load_trainer(run, seconds_between_states=0.05)
    trainer.load_newest()
    trainer.train([heard], stop(trainer) if stop else None)
    return heard


def evaluations_in(run: RunDirectory) -> list[dict[str, Any]]:
    events = [json.loads(line) for line in run.events.read_text(encoding="utf-8").splitlines()]
    return [
        {key: value for key, value in event.items() if key != "total_seconds"}
        for event in events
        if event["event"] == "evaluation"
    ]


def best_of(run: RunDirectory) -> dict[str, Any]:
    return torch.load(run.best_checkpoint, weights_only=True)["evaluation"]["best"]


@pytest.mark.parametrize("games_in_step", [1, 4])
def test_training_does_not_notice(tmp_path, make_run, outcome_of, assert_same, games_in_step):
    outcomes = []
    for name, settings in [("with", OFTEN), ("without", {**OFTEN, "evaluate_every": 0})]:
        run = make_run(tmp_path, name, training={**settings, "games_in_step": games_in_step})
        heard = trained(run)
        assert bool(heard.evaluations) == run.best_checkpoint.is_file() == (name == "with")
        outcome = outcome_of(run)
        outcome["checkpoints"].pop("best.pt", None)
        for checkpoint in outcome["checkpoints"].values():
            for told in ("evaluation", "alarms", "recorded"):
                del checkpoint[told]
            del checkpoint["config_snapshot"]["training"]["evaluate_every"]
        outcome["events"] = [event for event in outcome["events"] if event["event"] != "evaluation"]
        outcome["log"] = [line for line in outcome["log"] if not line.startswith(("[EVAL]", "[NOTE]"))]
        del outcome["alarms"], outcome["evaluation"]
        outcomes.append(outcome)
    assert_same(*outcomes)


def test_it_happens_at_the_first_whole_turn_after_each_multiple(tmp_path, make_run):
    run = make_run(tmp_path, training={**OFTEN, "games_in_step": 3})
    *during, last = [evaluation.total_turns for evaluation in trained(run).evaluations]
    assert during == [-(-40 * n // 3) * 3 for n in range(1, len(during) + 1)]
    assert last >= during[-1] and len(during) > 3


def test_what_is_told(tmp_path, make_run):
    run = make_run(tmp_path, training=OFTEN)
    heard = trained(run)
    *during, last = heard.evaluations
    for told in during:
        assert told.games == 3
        assert told.score == told.total_reward >= 0
        assert 1 <= told.turns <= 25
        assert told.most_frequent_action in ("KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN", None)
        assert 0.2 <= told.most_frequent_share <= 1
        assert (told.random_score, told.random_reward) == (last.random_score, last.random_reward)
    assert last.games == 5
    best = -1.0
    for told in during:
        assert told.is_best == (told.score > best)
        best = max(best, told.score)
    assert [line for line in heard.notes if line.startswith("best.pt is the policy after episode")]
    assert [event["is_best"] for event in evaluations_in(run)] == [e.is_best for e in heard.evaluations]
    lines = read_training_log(run.events).evaluations
    assert [line.total_turns for line in lines] == [e.total_turns for e in heard.evaluations]
    assert [line.score for line in lines] == pytest.approx([e.score for e in heard.evaluations])


def test_a_logger_without_the_method_is_not_asked(tmp_path, make_run):
    listener = Listener()
    load_trainer(make_run(tmp_path, training=OFTEN)).train([listener])
    assert not [line for line in listener.notes if "failed" in line]


def test_best_is_the_better_of_the_last_and_the_best_until_then(tmp_path, make_run):
    run = make_run(tmp_path, training=OFTEN)
    last = trained(run).evaluations[-1]
    best = best_of(run)
    if last.is_best:
        assert best["total_turns"] == last.total_turns and best["score"] == last.score
    else:
        assert best["total_turns"] < last.total_turns
    final = torch.load(run.final_checkpoint, weights_only=True)["total_steps"]
    assert torch.load(run.best_checkpoint, weights_only=True)["total_steps"] == best["total_turns"] <= final


@pytest.mark.parametrize("stop_after", [39, 40, 130])
def test_stopping_changes_no_evaluation(tmp_path, make_run, outcome_of, assert_same, stop_at, stop_after):
    whole, stopped = make_run(tmp_path, "whole", training=OFTEN), make_run(tmp_path, "cut", training=OFTEN)
    trained(whole)
    trained(stopped, lambda trainer: stop_at(trainer, stop_after))
    trained(stopped)
    assert evaluations_in(stopped) == evaluations_in(whole)
    came_to, expected = outcome_of(stopped), outcome_of(whole)
    came_to["checkpoints"] = {name: came_to["checkpoints"][name] for name in expected["checkpoints"]}
    assert_same(came_to, expected)
    assert best_of(stopped) == best_of(whole)


def test_stopping_skips_the_comparison_at_the_end(tmp_path, make_run, stop_at):
    heard = trained(make_run(tmp_path, training=OFTEN), lambda trainer: stop_at(trainer, 30))
    assert heard.evaluations == []


class StopInTheMiddle(StopRequest):
    """Asked to stop once an evaluation has begun."""

    def __init__(self, trainer: Any) -> None:
        self._trainer = trainer
        self._looked_at_turn: dict[int, int] = {}

    @property
    def asked(self) -> bool:
        turns = self._trainer.loop.turns
        self._looked_at_turn[turns] = self._looked_at_turn.get(turns, 0) + 1
        return turns == 80 and self._looked_at_turn[turns] > 2

    @asked.setter
    def asked(self, value: bool) -> None: ...


def test_one_that_was_given_up_is_made_up_for(tmp_path, make_run):
    whole, stopped = make_run(tmp_path, "whole", training=OFTEN), make_run(tmp_path, "cut", training=OFTEN)
    trained(whole)
    first = trained(stopped, StopInTheMiddle)
    assert [evaluation.total_turns for evaluation in first.evaluations] == [40]
    trained(stopped)
    assert evaluations_in(stopped) == evaluations_in(whole)


class StopAtTheEnd(StopRequest):
    """Asked to stop in the middle of the evaluation after the last episode."""

    def __init__(self, trainer: Any) -> None:
        self._trainer, self._looked = trainer, 0

    @property
    def asked(self) -> bool:
        self._looked += self._trainer.run.final_checkpoint.exists()
        return self._looked > 5

    @asked.setter
    def asked(self, value: bool) -> None: ...


@pytest.mark.parametrize("how", ["asked", "Ctrl-C twice, or killed"])
def test_the_last_one_that_was_given_up_is_made_up_for(
    tmp_path, make_run, outcome_of, assert_same, monkeypatch, how
):
    whole, stopped = make_run(tmp_path, "whole", training=OFTEN), make_run(tmp_path, "cut", training=OFTEN)
    trained(whole)
    if how == "asked":
        assert len(trained(stopped, StopAtTheEnd).outcomes) == 1
    else:
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(greedy_evaluation.GreedyEvaluation, "at_the_end", interrupt)
            trained(stopped)
    assert evaluations_in(stopped) == evaluations_in(whole)[:-1]
    assert "=== Training interrupted" in stopped.log.read_text(encoding="utf-8").splitlines()[-1]
    trainer = load_trainer(stopped)
    trainer.load_newest()
    assert trainer.finished and trainer.last_evaluation_missing

    heard = trained(stopped)
    assert [outcome.reason for outcome in heard.outcomes] == ["finished"]
    assert evaluations_in(stopped) == evaluations_in(whole)
    assert best_of(stopped) == best_of(whole)
    assert_same(outcome_of(stopped), outcome_of(whole))
    again = load_trainer(stopped)
    again.load_newest()
    assert again.finished and not again.last_evaluation_missing


def interrupt(*arguments: Any) -> None:
    raise KeyboardInterrupt


def test_turns_that_were_lost_cost_no_better_policy(tmp_path, make_run):
    """Killed after an evaluation: the state is older than ``best.pt``, and what follows may be worse."""
    run = make_run(tmp_path, training={**OFTEN, "training_episodes": 20})
    trained(run)
    run.final_checkpoint.unlink()
    states, contents = run.newest_states(), torch.load(run.best_checkpoint, weights_only=True)
    assert states
    contents["evaluation"]["best"] = {**contents["evaluation"]["best"], "score": 1e6, "total_reward": 1e6}
    torch.save(contents, run.best_checkpoint)
    before = run.best_checkpoint.read_bytes()
    text = run.config.read_text(encoding="utf-8").replace("training_episodes = 20", "training_episodes = 60")
    run.config.write_text(text, encoding="utf-8")

    def stop_before_the_end(trainer):
        class Stop:
            asked = property(lambda self: trainer.loop.episodes >= 50)

        return Stop()

    assert trained(run, stop_before_the_end).evaluations
    assert run.best_checkpoint.read_bytes() == before


def test_a_damaged_best_is_replaced(tmp_path, make_run):
    run = make_run(tmp_path, training={**OFTEN, "training_episodes": 20})
    trained(run)
    run.best_checkpoint.write_bytes(b"no checkpoint")
    text = run.config.read_text(encoding="utf-8").replace("training_episodes = 20", "training_episodes = 40")
    run.config.write_text(text, encoding="utf-8")
    trained(run)
    assert best_of(run)["total_turns"] > 0


def test_slow_games_are_evaluated_less_often(tmp_path, make_run, monkeypatch):
    monkeypatch.setattr(greedy_evaluation, "TRAINED_FOR_EACH", 10)
    run = make_run(tmp_path, training={**OFTEN, "training_episodes": 120, "evaluate_every": 10})
    heard = trained(run)
    *during, last = heard.evaluations
    assert during
    spent = 0.0
    for told, following in zip(during, [*during[1:], last], strict=True):
        spent += told.games * told.turns
        if following is not last:
            assert following.total_turns - told.total_turns >= 10 * told.games * told.turns
    assert spent + 2 * last.games * last.turns < 0.35 * last.total_turns


def test_never_is_never(tmp_path, make_run):
    run = make_run(tmp_path, training={**OFTEN, "evaluate_every": 0})
    heard = trained(run)
    assert heard.evaluations == [] and not run.best_checkpoint.exists()
    assert not [line for line in heard.notes if "best.pt" in line]


def test_the_best_one_is_found_and_cleaned_away(tmp_path, make_run):
    run = make_run(tmp_path, training=OFTEN)
    trained(run)
    assert run.find_checkpoint("best") == run.find_checkpoint("best.pt") == run.best_checkpoint
    assert run.best_checkpoint not in run.checkpoints()
    assert run.newest_checkpoint() == run.final_checkpoint
    assert run.best_checkpoint in run.made_by_training()
