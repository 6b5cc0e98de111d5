import numpy as np
from retro_gamer_core import Batch, LearnerContext, Observations, ObservationSpec, TimeSteps, Transitions
from retro_gamer_core.testing import check_learner

from retro_gamer_tabular.learner import Tabular

SPEC = ObservationSpec(1, 2, ("@",))


def a_learner(**options):
    context = LearnerContext(SPEC, ("KEY_LEFT", None), None, "no network", "cpu", seed=0)
    return Tabular(context, **options)


def one_turn(reward):
    seen, then = Observations.empty(1, SPEC), Observations.empty(1, SPEC)
    then.cells[0, 0, 0] = 1
    turn = Transitions(seen, np.array([1]), np.float32([reward]), np.float32([0.9]), then)
    return Batch(turn, np.arange(1), np.ones(1, np.float32))


def test_it_does_what_every_learner_must():
    check_learner("tabular", quick=True).assert_ok(level="warning")


def test_a_reward_moves_the_value_of_what_was_done():
    learner, batch = a_learner(step_size=0.5), one_turn(reward=2)
    assert learner.learn(batch).td_errors.tolist() == [2]
    assert learner.q_values(batch.transitions.observations).tolist() == [[0, 1]]


def test_what_is_forbidden_is_never_done():
    learner, seen = a_learner(epsilon=0.5), Observations.empty(500, SPEC)
    mask = np.tile([True, False], (500, 1))
    steps = TimeSteps(seen, np.arange(500), np.ones(500, bool), mask)
    assert learner.act(steps).tolist() == [0] * 500
