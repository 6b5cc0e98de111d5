"""Stable-Baselines3's own DQN learns a game, from the default observation."""

from __future__ import annotations

import gymnasium
import pytest
from stable_baselines3 import DQN
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.monitor import Monitor

import retro_gamer_gymnasium


@pytest.fixture(autouse=True)
def one_thread():
    """Several threads would wait for each other over networks this small."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def corridor_env(corridor) -> gymnasium.Env:
    return Monitor(gymnasium.make(retro_gamer_gymnasium.ANY_GAME, game=str(corridor), max_episode_steps=8))


def test_it_learns_to_fetch_the_coin(corridor):
    env = corridor_env(corridor)
    model = DQN(
        "MlpPolicy",
        env,
        learning_rate=3e-3,
        buffer_size=3_000,
        learning_starts=200,
        target_update_interval=100,
        exploration_fraction=0.5,
        policy_kwargs={"net_arch": [32]},
        seed=1,
        device="cpu",
    )
    model.learn(3_000)
    mean, _ = evaluate_policy(model, corridor_env(corridor), n_eval_episodes=5)
    assert mean == 1.0  # the coin in every game; keys at random fetch it in one of eight


def test_it_trains_on_an_installed_game_by_its_id():
    env_id = "retro_gamer_gymnasium:retro_gamer/snake-v0"
    model = DQN("MlpPolicy", env_id, buffer_size=500, learning_starts=100, seed=1, device="cpu")
    model.learn(600)
    assert model.num_timesteps == 600
    assert len(model.ep_info_buffer) > 5
    assert model.predict(model.env.reset())[0].shape == (1,)
