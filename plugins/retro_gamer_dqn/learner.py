"""Deep Q-learning: a network learns how good each action is, and the best one is taken.

Mnih et al. 2015, "Human-level control through deep reinforcement learning", with Adam and, where
asked, double Q-learning (van Hasselt et al. 2016) and importance weights (Schaul et al. 2016).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from retro_gamer_core import (
    Batch,
    LearnerContext,
    LearnResult,
    Observations,
    ObservationSpec,
    PlayingNetwork,
    TimeSteps,
)
from retro_gamer_core.streams import stream
from retro_gamer_dqn import checkpoint, onnx_file
from retro_gamer_dqn.devices import choose_device, seconds_per_update
from retro_gamer_dqn.losses import q_learning_loss, q_learning_target
from retro_gamer_dqn.online_and_target import HardUpdate, OnlineAndTarget, PolyakUpdate
from retro_gamer_dqn.schedules import (
    LearningRate,
    explain_exploration,
    exploration_schedule,
    per_game_epsilons,
    restored,
)
from retro_gamer_dqn.settings import DQNSettings


class DQNLearner:
    """Owns the learning network, the target network and the optimiser.

    The options are those of ``DQNSettings``; a class made of this one has them, too, if it takes ``**options``.
    """

    Options = DQNSettings

    def __init__(self, context: LearnerContext, **options: Any) -> None:
        settings = DQNSettings(**options)
        self._context = context
        self._double = settings.double
        self._reward_scale = settings.reward_scale
        self._loss = settings.loss
        self._learning_rate = LearningRate(
            settings.learning_rate, settings.learning_rate_decay, settings.learning_rate_updates
        )
        self._exploration = exploration_schedule(
            settings.epsilon, settings.epsilon_min, settings.epsilon_decay, settings.epsilon_turns
        )
        self._epsilon_spread = settings.epsilon_spread
        self._rng = np.random.default_rng(stream(context.seed, "learner"))

        self._has_taken_over = False
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(context.seed)
            online = context.build_network(context.spec)
            measure = partial(seconds_per_update, context.build_network, context.spec)
            self.device = choose_device(context.device, online, settings.threads, measure)
            self._networks = OnlineAndTarget(
                online,
                context.build_network,
                context.spec,
                self.device.name,
                PolyakUpdate(settings.target_average)
                if settings.target_average
                else HardUpdate(settings.target_update_freq),
                settings.max_gradient_norm,
            )

    def _take_over(self) -> None:
        """Torch's threads and random numbers belong to the one that trains; who only looks leaves both alone."""
        if not self._has_taken_over:
            self._has_taken_over = True
            torch.set_num_threads(self.device.threads)
            torch.manual_seed(self._context.seed)

    # Acting --------------------------------------------------------------------------------

    def act(self, steps: TimeSteps) -> np.ndarray:
        """ε-greedy: a random action with probability ε, else the one with the highest value."""
        self._take_over()
        n = len(steps)
        actions = self._rng.integers(len(self._context.actions), size=n)
        if steps.mask is not None:
            # The largest of n random numbers is as likely to be any one of those that are allowed.
            actions = np.where(steps.mask, self._rng.random(steps.mask.shape), -1.0).argmax(axis=1)
        explores = self._rng.random(n) < self._epsilons(n)
        if explores.all():
            return actions
        # Choosing some of the games takes longer than computing all of them.
        q_values = self._networks.online_q_values(self._networks.inputs(steps.observations))
        if steps.mask is not None:
            q_values = np.where(steps.mask, q_values, -np.inf)
        return np.where(explores, actions, q_values.argmax(axis=1))

    def q_values(self, observations: Observations) -> np.ndarray:
        return self._networks.playing_q_values(self._networks.inputs(observations)) / self._reward_scale

    def playing_network(self) -> PlayingNetwork:
        """The network behind ``q_values``, for ``retro-gamer export``."""
        return PlayingNetwork(self._networks.playing_weights(), 1 / self._reward_scale)

    def save_onnx(self, path: Path, about: Mapping[str, Any] | None = None) -> None:
        """Write the network behind ``q_values`` as an ONNX model (see ``onnx_file``), with facts ``about`` it."""
        onnx_file.save(
            path,
            self._networks.playing,
            self._networks.spec,
            self.q_values,
            scale=1 / self._reward_scale,
            facts={"actions": list(self._context.actions), **(about or {})},
        )

    def _epsilons(self, games: int) -> np.ndarray:
        return per_game_epsilons(self._exploration.epsilon, self._epsilon_spread, games)

    def turns_played(self, count: int) -> None:
        self._exploration.turns_played(count)

    def episode_finished(self) -> None:
        self._exploration.episode_finished()
        self._learning_rate.episode_finished(self._networks.updates)

    def fit_to_turns(self, total_turns: int) -> list[str]:
        """Explore no longer than a run of so many turns allows. Says so where that changes anything."""
        before = self._explain_exploration()
        self._exploration = self._exploration.fitted_to(total_turns)
        now = self._explain_exploration()
        return [] if now == before else [now]

    # Learning ------------------------------------------------------------------------------

    def learn(self, batch: Batch) -> LearnResult:
        """Move the Q-value of each action taken toward reward plus discounted value of what was seen next."""
        self._take_over()
        networks, transitions = self._networks, batch.transitions
        s_tm1 = networks.inputs(transitions.observations)
        s_t = networks.inputs(transitions.next_observations)
        a_tm1, r_t = transitions.actions, transitions.rewards * self._reward_scale

        q_target_t = networks.target_q_values(s_t)
        q_select_t = networks.online_q_values(s_t) if self._double else q_target_t
        target_tm1 = q_learning_target(r_t, transitions.discounts, q_target_t, q_select_t)

        q_tm1, update = networks.q_values_and_update(s_tm1)
        loss = q_learning_loss(q_tm1, a_tm1, target_tm1, batch.weights, self._loss)
        update(loss.gradient, self._learning_rate.at(networks.updates))
        values = q_tm1[np.arange(len(a_tm1)), a_tm1]
        return LearnResult(loss.value, loss.td_errors / self._reward_scale, values / self._reward_scale)

    def extend_characters(self, spec: ObservationSpec, codes: np.ndarray) -> bool:
        grown = self._networks.grown(spec, codes)
        if grown is None:
            return False
        self._networks = grown
        return True

    # Telling -------------------------------------------------------------------------------

    def statistics(self) -> dict[str, float]:
        """``epsilon`` is the mean over the games: the share of all actions that are random."""
        return {
            "epsilon": float(self._epsilons(self._context.n_games).mean()),
            "learning_rate": self._learning_rate.at(self._networks.updates),
        }

    def explain(self) -> list[str]:
        network = self._networks.online
        explain = getattr(network, "explain", None)
        count = sum(weight.numel() for weight in network.parameters())
        lines = [
            *(explain() if explain else [f"network: {self._context.network_name}"]),
            f"the network has {count:,} weights and {len(self._context.actions)} outputs, one for each action: "
            + " ".join(key or "(nothing)" for key in self._context.actions),
            f"device: {self.device.name}, {self.device.reason}",
            f"optimiser: {self._networks.explain_optimiser()}",
            self._learning_rate.explain(),
            self._explain_exploration(),
            self._networks.explain_target(),
        ]
        if hasattr(network, "with_slopes"):
            lines.append(
                "the network offers with_slopes, which is not used any more: autograd gives the same gradients"
            )
        if self._reward_scale != 1.0:
            lines.append(
                f"rewards are multiplied by {self._reward_scale:g} before anything is learned from them"
            )
        if self._double:
            lines.append(
                "double Q-learning: the learning network picks the best next action, the target judges it"
            )
        return lines

    def _explain_exploration(self) -> str:
        return explain_exploration(self._exploration, self._epsilon_spread, self._context.n_games)

    # Saving --------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        return {
            **self._networks.state_dict(),
            "exploration": self._exploration.state_dict(),
            "rng": self._rng.bit_generator.state,
            "torch_rng": torch.get_rng_state().numpy(),
            **self._learning_rate.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._networks.load_state_dict(state)
        self._exploration = restored(self._exploration, state["exploration"])
        self._rng.bit_generator.state = state["rng"]
        self._take_over()
        torch.set_rng_state(torch.from_numpy(state["torch_rng"]))
        self._learning_rate.load_state_dict(state)

    def checkpoint(self) -> dict[str, Any]:
        """What is needed to play, and to learn on from about here: tensors and plain values."""
        return {
            **self._networks.checkpoint(),
            "epsilon": self._exploration.epsilon,
            "exploration": self._exploration.state_dict(),
            **self._learning_rate.state_dict(),
        }

    def load_checkpoint(self, contents: Mapping[str, Any]) -> None:
        """Take over what ``checkpoint`` gave."""
        self._networks.load_checkpoint(contents)
        if (weights := self._networks.first_spoilt()) is not None:
            raise checkpoint.no_numbers(weights)
        if "exploration" in contents:
            self._exploration = restored(self._exploration, contents["exploration"])
        self._learning_rate.load_state_dict(contents)
