import numpy as np
from retro_gamer_core import Observations, ObservationSpec, Transitions
from retro_gamer_core.testing import check_memory

from retro_gamer_highlights.memory import Highlights

SPEC = ObservationSpec(2, 2, ("@",))


def turns(rewards):
    n = len(rewards)
    seen = Observations.empty(n, SPEC)
    return Transitions(seen, np.arange(n), np.array(rewards, np.float32), np.ones(n, np.float32), seen)


def test_it_does_what_every_memory_must():
    check_memory("highlights", quick=True).assert_ok(level="warning")


def test_one_reward_in_a_hundred_turns_is_in_every_batch():
    memory = Highlights(100, SPEC, share=0.5)
    memory.add(turns([0] * 99 + [1]))
    batch = memory.sample(32, np.random.default_rng(0))
    rewarded = batch.transitions.rewards == 1
    assert rewarded.sum() >= 16
    assert (batch.weights[rewarded] < 0.05).all() and (batch.weights[~rewarded] == 1).all()


def test_without_any_reward_it_draws_all_alike():
    memory = Highlights(100, SPEC)
    memory.add(turns([0] * 10))
    batch = memory.sample(32, np.random.default_rng(0))
    assert set(batch.keys) <= set(range(10)) and (batch.weights == 1).all()
