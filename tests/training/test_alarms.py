"""Alarms in real training: each is told once, with its number, and good training hears none."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from retro_gamer_core.configuration import edit_config
from retro_gamer_core.errors import LearningDiverged
from retro_gamer_core.events import AlarmRaised, EpisodeFinished, Evaluated
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.playing.survey import survey_game
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.runs.training_log import read_training_log
from retro_gamer_core.training.alarms import ALARMS, AlarmWatch
from retro_gamer_core.training.loading import load_trainer
from retro_gamer_core.training.new_run import choices_of
from retro_gamer_core.training.new_run import make_run as create_run
from retro_gamer_core.training.run_monitor import UPDATES_BETWEEN_GUESSES
from retro_gamer_core.training.time_budget import TimeBudget
from retro_gamer_dqn.learner import DQNLearner

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "alarms.md"

#: A walk of up to STEPS turns on a strip of five cells; REWARD is what a turn adds to the score.
GAME = """
from retro.game import Game

class Walker:
    character = "@"
    position = (2, 0)
    turns = 0

    def handle_keystroke(self, key, game):
        x = self.position[0] + (1 if key.name == "KEY_RIGHT" else -1)
        self.position = (min(4, max(0, x)), 0)

    def play_turn(self, game):
        self.turns += 1
        game.state["score"] += {reward}
        if self.turns == {steps}:
            game.end()

def create_game():
    return Game([Walker()], {{"score": 0}}, board_size=(5, 1))
"""
METADATA = {
    "actions": ["KEY_LEFT", "KEY_RIGHT"],
    "reward": "score",
    "character_set": ["@"],
    "board_size": [5, 1],
}

#: Tsitsiklis and Van Roy 1996, section 3: where a number that is seen grows by more than 1 / gamma in
#: each turn, guesses in proportion to it chase their own targets to infinity.
GROWING = GAME.replace('{{"score": 0}}', '{{"score": 0, "far": 1.0}}').replace(
    "self.turns += 1", 'self.turns += 1; game.state["far"] *= 1.5'
)

NO_REWARD, SAME_REWARD, AT_THE_RIGHT = "0", "-1", "self.position[0] == 4"


#: Quick, and explored enough.
WALKING = {
    "games_in_step": 8,
    "train_every": 50,
    "max_turns_per_episode": 20,
    "epsilon_decay": 0.99,
    "evaluate_every": 0,
}


class HearsAlarms:
    """A listener that keeps alarms; what else it hears, it forgets."""

    def __init__(self) -> None:
        self.alarms: list[AlarmRaised] = []

    def alarm_raised(self, alarm):
        self.alarms.append(alarm)

    def __getattr__(self, what):
        return lambda *arguments: None


@pytest.fixture
def walk(make_run, tmp_path):
    """``walk(reward=…, steps=…, **training)``: a run of that walk."""

    def walk(reward: str = AT_THE_RIGHT, steps: object = 20, game: str = GAME, seen=(), **training):
        training = {**WALKING, **training}
        return make_run(
            tmp_path,
            game=game.format(reward=reward, steps=steps),
            metadata=METADATA,
            preprocessing={"observe_state": list(seen)},
            training=training,
        )

    return walk


@pytest.fixture
def look_often(monkeypatch):
    """Four looks in the time of one, and no more patience with a missing reward."""
    monkeypatch.setattr("retro_gamer_core.training.alarms.TURNS_BETWEEN_LOOKS", 500)
    monkeypatch.setattr("retro_gamer_core.training.alarms.TURNS_WITHOUT_REWARD", 2_000)


def alarms_of(run, stops=(), stop_at=None) -> list[AlarmRaised]:
    """Train a run, stopped after so many turns each time; what alarms are told in all."""
    heard = HearsAlarms()
    for turns in stops:
        trainer = load_trainer(run)
        trainer.load_newest()
        assert trainer.train([heard], stop_at(trainer, turns)).reason == "interrupted"
    trainer = load_trainer(run)
    trainer.load_newest()
    assert trainer.train([heard]).reason == "finished"
    return heard.alarms


def codes(alarms: list[AlarmRaised]) -> list[str]:
    return [alarm.code for alarm in alarms]


def test_a_game_without_reward_is_told(walk):
    run = walk(NO_REWARD, training_episodes=1_100, games_in_step=32, train_every=1_000)
    [alarm] = alarms_of(run)
    assert alarm.code == "reward-never-seen"
    assert 20_000 <= alarm.number <= 22_000 and f"{alarm.number:,}" in alarm.what and "score" in alarm.what
    assert alarm.why and "reward =" in alarm.hint
    told = [json.loads(line) for line in run.events.read_text(encoding="utf-8").splitlines()]
    [line] = [event for event in told if event["event"] == "alarm"]
    assert line == {"event": "alarm", **vars(alarm)}
    assert read_training_log(run.events).alarms.keys() == {"reward-never-seen"}


@pytest.mark.parametrize("stops", [(), (500,), (1_900, 2_100, 2_600)])
def test_an_alarm_is_told_once_at_the_same_turn_however_often_training_is_stopped(
    walk, look_often, stop_at, stops
):
    [alarm] = alarms_of(walk(NO_REWARD, training_episodes=200), stops, stop_at)
    assert alarm.number == 2_080


@pytest.mark.parametrize("after, told", [(50, ["reward-never-seen"]), (150, [])])
def test_a_checkpoint_knows_what_had_been_told_by_then(walk, look_often, after, told):
    run = walk(NO_REWARD, training_episodes=200, checkpoint_every=50)
    assert codes(alarms_of(run)) == ["reward-never-seen"]
    heard, trainer = HearsAlarms(), load_trainer(run)
    trainer.load_checkpoint(run.checkpoint_path(after))
    trainer.train([heard])
    assert codes(heard.alarms) == told


@pytest.mark.parametrize("steps, cut", [(20, False), (1_000, True)])
def test_a_reward_that_is_always_the_same_is_told(walk, look_often, steps, cut):
    """Whether the game ends by its own clock or by the turn limit."""
    [alarm] = alarms_of(walk(SAME_REWARD, steps, training_episodes=200))
    assert (alarm.code, alarm.number) == ("reward-always-same", -20)
    assert ("max_turns_per_episode above 20" in alarm.hint) == cut


def test_a_total_that_is_always_the_same_is_told(walk, look_often):
    [alarm] = alarms_of(walk("3 if self.turns == 5 else 0", training_episodes=200))
    assert (alarm.code, alarm.number) == ("reward-always-same", 3)


def test_a_game_that_is_over_at_once_is_told(walk, look_often):
    [alarm] = alarms_of(walk(NO_REWARD, 2, training_episodes=1_100, train_every=1_000))
    assert alarm.code == "reward-never-seen" and "no game lasted longer than 2 turn" in alarm.hint


def test_the_same_reward_in_games_of_different_length_can_be_learned_from(walk, look_often):
    """Living longer is then what is good."""
    run = walk("1", "20 or self.position == (4, 0)", training_episodes=400)
    assert alarms_of(run) == []


def test_exploration_that_outlasts_the_run_is_told_soon(walk, look_often):
    """Before a quarter of the run, for a schedule by episodes is recognised."""
    run = walk(training_episodes=400, epsilon_decay=0.9993, train_every=1_000)
    [alarm] = alarms_of(run)
    assert alarm.code == "exploration-outlasts-run"
    assert alarm.number == pytest.approx(0.9993**400, abs=0.001) and "76%" in alarm.what
    log = run.log.read_text(encoding="utf-8")
    assert log.index("alarm exploration") < log.index("[EP 0100]")
    value = int(re.search(r"epsilon_turns = (\d+)", alarm.hint)[1])
    assert 400 * 20 / 4 < value < 400 * 20 / 2


def test_exploration_by_turns_that_outlasts_the_run_is_told(walk):
    [alarm] = alarms_of(walk(training_episodes=200, epsilon_turns=100_000))
    assert alarm.code == "exploration-outlasts-run" and alarm.number > 0.8


def test_exploration_that_ends_in_time_is_not_told(walk):
    assert alarms_of(walk(training_episodes=200, epsilon_turns=1_500)) == []


def test_a_run_that_ends_before_learning_begins_is_told(walk):
    [alarm] = alarms_of(walk(training_episodes=40, learning_starts=5_000))
    assert alarm.code == "learning-never-starts"
    assert alarm.number == pytest.approx(800, abs=200) and "5,000" in alarm.what


class Seconds:
    """A clock on which each look takes a second."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        self.now += 1
        return self.now


@pytest.mark.parametrize("learning_starts, told", [(50_000, ["learning-never-starts"]), (100, [])])
def test_time_that_ends_before_learning_begins_is_told(walk, learning_starts, told):
    run, heard = walk(learning_starts=learning_starts), HearsAlarms()
    assert load_trainer(run).train([heard], budget=TimeBudget(400, Seconds())).reason == "time is up"
    assert codes(heard.alarms) == told
    for alarm in heard.alarms:
        assert "--for" in alarm.hint and 0 < alarm.total_turns < alarm.number < 50_000


def test_values_that_grow_by_themselves_are_told(walk, look_often):
    run = walk(
        steps=15, game=GROWING, seen=["far"], training_episodes=200, gamma=0.9, train_every=4, target_update_freq=5,
        learning_rate=0.01, max_gradient_norm=1e6,
    )  # fmt: skip
    [alarm] = alarms_of(run)
    assert alarm.code == "values-impossible"
    assert alarm.number > 20 and "more than 10 " in alarm.what and "double = true" in alarm.hint


PLAYED = Evaluated(
    episode=1, total_turns=1, total_seconds=1.0, score=None, total_reward=10.0, turns=20.0, random_score=None,
    random_reward=4.0, most_frequent_action="KEY_LEFT", most_frequent_share=0.4, is_best=False, games=10,
)  # fmt: skip


def evaluation(**values) -> Evaluated:
    return replace(PLAYED, **values)


WORSE = evaluation(total_reward=2.0)
ONE_KEY = evaluation(total_reward=4.1, most_frequent_share=0.99)
ONE_GOOD_KEY = evaluation(total_reward=9.0, most_frequent_share=1.0)


@pytest.mark.parametrize(
    "evaluations, told",
    [
        ([WORSE] * 2, []),
        ([WORSE, evaluation(), WORSE, WORSE], []),
        ([WORSE] * 5, ["greedy-below-random"]),
        ([evaluation(total_reward=3.7)] * 5, []),
        ([evaluation(score=2.0, random_score=1.0, total_reward=0.0)] * 5, []),
        ([evaluation(score=-3.0, random_score=-2.0)] * 5, ["greedy-below-random"]),
        ([ONE_KEY] * 5, ["one-action-only"]),
        ([ONE_KEY, ONE_KEY, evaluation(total_reward=4.1, most_frequent_share=0.9)] * 2, []),
        ([ONE_GOOD_KEY] * 5, []),
    ],
)
def test_what_evaluations_tell_late_in_the_run(walk, evaluations, told):
    config = load_trainer(walk(training_episodes=100)).config
    watch, heard = AlarmWatch(config), []
    watch.episode_finished(EpisodeFinished(60, 1.0, 20, 0.05, 0.1, "game over", 120_000))
    for one in evaluations:  # stopped and gone on after each
        heard += codes(watch.evaluated(one))
        state, watch = watch.state_dict(), AlarmWatch(config)
        watch.load_state_dict(state)
    assert heard == told


@pytest.mark.parametrize(
    "episode, turns, epsilon, episodes, heard",
    [
        (40, 120_000, 0.05, 100, False),
        (60, 20_000, 0.05, 100, False),
        (40, 320_000, 0.05, 100, True),
        (40, 320_000, 0.5, 100, False),
        (60, 120_000, 0.05, None, False),
    ],
    ids=["before half", "a try-out", "a long run", "still exploring", "time is the limit"],
)
def test_what_evaluations_tell_early_does_not_count(walk, episode, turns, epsilon, episodes, heard):
    watch = AlarmWatch(load_trainer(walk(training_episodes=100)).config)
    watch.monitor.begin(episodes)
    watch.episode_finished(EpisodeFinished(episode, 1.0, 20, epsilon, 0.1, "game over", turns))
    assert any(watch.evaluated(WORSE) for _ in range(5)) == heard


def test_what_an_older_version_saved_is_read(walk):
    """As runs of November 2026 hold it."""
    watching = {
        "signs": {
            "turns": 40, "updates": 7, "lowest_reward": 0.0, "highest_reward": 1.0, "largest_guess": None
        },
        "episode": 60, "turns": 120_000, "guesses": [1.0],
        "episodes": {"count": 60, "cut": 0, "shortest": 3, "longest": 20, "lowest": 0.0, "highest": 2.0},
        "exploration": {
            "first": 1.0, "now": 0.05, "since": 1, "turns": 120_000, "factor": 0.9, "episodes_in_a_row": 2
        },
        "greedy_plays": [{"reached": 2.0, "random": 4.0, "action": "KEY_LEFT", "share": 0.4}] * 2,
    }  # fmt: skip
    state = {"told": ["one-action-only"], "looked_at_turn": 119_000, "so_far": watching}
    watch = AlarmWatch(load_trainer(walk(training_episodes=100)).config)
    watch.load_state_dict(state)
    assert watch.state_dict() == state
    assert codes(watch.evaluated(WORSE)) == ["greedy-below-random"]


def test_an_evaluation_in_training_is_heard(walk, monkeypatch, stop_at):
    """One that plays worse than random keys, from the trainer to the log, and not again after a resume."""
    monkeypatch.setattr("retro_gamer_core.training.alarms.LATE_TURNS", 500)
    monkeypatch.setattr(
        DQNLearner, "q_values", lambda self, seen: np.eye(3, dtype=np.float32)[[0] * len(seen)]
    )
    run = walk(training_episodes=200, evaluate_every=500, evaluation_games=2)
    alarms = alarms_of(run, (3_500,), stop_at)
    assert sorted(codes(alarms)) == ["greedy-below-random", "one-action-only"]
    assert "KEY_LEFT in 100%" in next(alarm for alarm in alarms if alarm.code == "one-action-only").what


# Numbers that are no numbers --------------------------------------------------------------------


def test_weights_that_are_spoilt_are_never_saved(walk, monkeypatch):
    """The loss of the last update was a number; what it made of the weights is none."""
    run = walk(training_episodes=40, checkpoint_every=1, train_every=4)
    learn = DQNLearner.learn

    def spoiling(self, batch):
        result = learn(self, batch)
        if self._networks.updates == 20:
            for weights in self._networks.online.parameters():
                weights.data.fill_(np.nan)
        return result

    monkeypatch.setattr(DQNLearner, "learn", spoiling)
    with pytest.raises(LearningDiverged, match="update 20") as caught:
        load_trainer(run, seconds_between_states=0).train()
    assert "what was saved before is still good" in caught.value.problem.why
    assert "learning_rate" in caught.value.problem.hint
    monkeypatch.undo()
    trainer = load_trainer(run)
    assert trainer.load_newest() and trainer.train().reason == "finished"


def test_a_reward_too_large_to_compute_with_costs_its_episode(walk):
    run = walk(
        "1e30 if self.turns == 7 and self.position[0] == 4 else self.position[0] == 4", training_episodes=60
    )
    assert load_trainer(run).train().reason == "finished"
    assert "from which no reward can be told" in run.log.read_text(encoding="utf-8")


# What alarms are not --------------------------------------------------------------------------


def test_alarms_change_nothing_that_is_learned(
    look_often, make_run, tmp_path, monkeypatch, outcome_of, assert_same
):
    outcomes = []
    for name, alarms in (("with", ALARMS), ("without", ())):
        monkeypatch.setattr("retro_gamer_core.training.alarms.ALARMS", alarms)
        game = GAME.format(reward=NO_REWARD, steps=20)
        training = {**WALKING, "training_episodes": 150, "train_every": 20}
        (tmp_path / name).mkdir()
        run = make_run(tmp_path / name, game=game, metadata=METADATA, training=training)
        assert bool(alarms_of(run)) == bool(alarms)
        outcome = outcome_of(run)
        for contents in outcome["checkpoints"].values():
            del contents["alarms"]
        outcomes.append({key: outcome[key] for key in ("loop", "checkpoints")})
    assert_same(*outcomes)


@pytest.mark.parametrize("game", ["snake", "nav", "beast"])
def test_good_training_hears_no_alarm(tmp_path, monkeypatch, stop_at, game):
    """Not even at the third look after learning has begun."""
    monkeypatch.setattr("retro_gamer_core.training.alarms.TURNS_BETWEEN_LOOKS", 500)
    found, plugins, heard = find_game(game), installed_plugins(), HearsAlarms()
    facts = survey_game(found.name, found.factory, found.metadata)
    choices = choices_of("standard", facts, plugins)
    run = create_run(tmp_path / "run", found.name, found.metadata, choices, plugins)
    edit_config(run.config, {"training": {"learning_starts": 500, "train_every": 8}})
    for stop in (1_600, 2_100):
        trainer = load_trainer(run)
        trainer.load_newest()
        trainer.train([heard], stop_at(trainer, stop))
    assert trainer.loop.updates > 3 * UPDATES_BETWEEN_GUESSES
    assert heard.alarms == []


def test_a_logger_that_knows_no_alarms_is_given_a_note(walk, look_often, heard):
    load_trainer(walk(NO_REWARD, training_episodes=200)).train([heard])
    [note] = heard.notes
    assert note.startswith("alarm reward-never-seen: no reward in ") and "| try: " in note


def test_the_reference_has_every_alarm_and_no_other():
    documented = re.findall(r"^\| `([a-z-]+)` \|", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    assert documented == [alarm.__name__.replace("_", "-") for alarm in ALARMS]
