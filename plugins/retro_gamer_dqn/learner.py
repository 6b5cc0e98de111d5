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

from retro_gamer_core import Batch, LearnerContext, LearnResult, Observations, ObservationSpec, PlayingNetwork
from retro_gamer_dqn import checkpoint_file, onnx_file
from retro_gamer_dqn.devices import choose_device, seconds_per_update
from retro_gamer_dqn.exploration import explain_spread, exploration_schedule, restored, unequally
from retro_gamer_dqn.learning_rate import LearningRate
from retro_gamer_dqn.plain_state import count
from retro_gamer_dqn.settings import DQNSettings
from retro_gamer_dqn.target_network import target_rule
from retro_gamer_dqn.temporal_difference import q_learning_target, weighted_loss
from retro_gamer_dqn.two_networks import TwoNetworks


class DQNLearner:
    """Owns the learning network, the target network and the optimiser.

    The options are those of ``DQNSettings``.
    """

    def __init__(self, context: LearnerContext, **options: Any) -> None:
        settings = DQNSettings(**options)
        self._context = context
        self._double = settings.double
        self._reward_scale = settings.reward_scale
        self._loss = settings.loss
        self._learning_rate = LearningRate(
            settings.learning_rate, settings.learning_rate_decay, settings.learning_rate_updates
        )
        self._rng = np.random.default_rng([context.seed, 1])
        self._exploration = exploration_schedule(
            settings.epsilon, settings.epsilon_min, settings.epsilon_decay, settings.epsilon_turns
        )
        self._epsilon_spread = settings.epsilon_spread
        self._games = 1

        self._has_taken_over = False
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(context.seed)
            online = context.build_network(context.spec)
            measure = partial(seconds_per_update, context.build_network, context.spec)
            self.device = choose_device(context.device, online, settings.threads, measure)
            self._networks = TwoNetworks(
                online,
                context.build_network,
                context.spec,
                self.device.name,
                target_rule(settings.target_update_freq, settings.target_average),
                settings.max_gradient_norm,
            )

    def _take_over(self) -> None:
        """Torch's threads and random numbers belong to the one that trains; who only looks leaves both alone."""
        if not self._has_taken_over:
            self._has_taken_over = True
            torch.set_num_threads(self.device.threads)
            torch.manual_seed(self._context.seed)

    # Acting --------------------------------------------------------------------------------

    def act(self, observations: Observations) -> np.ndarray:
        """ε-greedy: a random action with probability ε, else the one with the highest value."""
        self._take_over()
        n = len(observations)
        self._games = n
        actions = self._rng.integers(len(self._context.actions), size=n)
        greedy = self._rng.random(n) >= self._epsilons()
        if greedy.all():
            return self._online_values(observations).argmax(axis=1)
        if greedy.any():
            actions[greedy] = self._online_values(observations[greedy]).argmax(axis=1)
        return actions

    def q_values(self, observations: Observations) -> np.ndarray:
        return self._networks.playing_values(self._networks.inputs(observations)) / self._reward_scale

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

    def _online_values(self, observations: Observations) -> np.ndarray:
        return self._networks.online_values(self._networks.inputs(observations))

    def _epsilons(self) -> np.ndarray:
        return unequally(self._exploration.epsilon, self._epsilon_spread, self._games)

    def turns_played(self, count: int) -> None:
        self._exploration.turns_played(count)

    def episode_finished(self) -> None:
        self._exploration.episode_finished()
        self._learning_rate.episode_finished(self._networks.updates)

    def fit_to_turns(self, total_turns: int) -> list[str]:
        """Explore no longer than a run of so many turns allows. Says so where that changes anything."""
        before = self._exploration.explain()
        self._exploration = self._exploration.fitted_to(total_turns)
        now = self._exploration.explain()
        return [] if now == before else [now]

    # Learning ------------------------------------------------------------------------------

    def learn(self, batch: Batch) -> LearnResult:
        """Move each guess toward reward plus discounted value of what was seen next."""
        self._take_over()
        networks, transitions, n = self._networks, batch.transitions, len(batch.transitions)
        s_tm1 = networks.inputs(transitions.observations)
        s_t = networks.inputs(transitions.next_observations)
        q_target_t = networks.target_values(s_t)
        q_select_t = networks.online_values(s_t) if self._double else q_target_t
        r_t = transitions.rewards * self._reward_scale
        target_tm1 = q_learning_target(r_t, transitions.discounts, q_target_t, q_select_t)

        every_q_tm1, improve = networks.guesses(s_tm1)
        chosen = np.arange(n), transitions.actions
        q_tm1 = every_q_tm1[chosen]
        td_errors = target_tm1 - q_tm1
        loss, slopes = weighted_loss(td_errors, batch.weights, self._loss)
        # Only the guess for the action that was taken is corrected: the others have no slope.
        every_slope = np.zeros_like(every_q_tm1)
        every_slope[chosen] = slopes
        improve(every_slope, self._learning_rate.at(networks.updates))
        return LearnResult(loss, td_errors / self._reward_scale, q_tm1 / self._reward_scale)

    def extend_characters(self, spec: ObservationSpec, codes: np.ndarray) -> bool:
        grown = self._networks.grown(spec, codes)
        if grown is None:
            return False
        self._networks = grown
        return True

    # Telling -------------------------------------------------------------------------------

    def statistics(self) -> dict[str, float]:
        return {
            "epsilon": float(self._epsilons().mean()),
            "learning_rate": self._learning_rate.at(self._networks.updates),
        }

    def explain(self) -> list[str]:
        network = self._networks.online
        count = sum(weight.numel() for weight in network.parameters())
        lines = [
            *(
                network.explain()
                if hasattr(network, "explain")
                else [f"network: {self._context.network_name}"]
            ),
            f"the network has {count:,} weights and {len(self._context.actions)} outputs, one for each action: "
            + " ".join(key or "(nothing)" for key in self._context.actions),
            f"device: {self.device.name}, {self.device.reason}",
            f"optimiser: Adam, {self._learning_rate.explain()}",
            self._exploration.explain(),
            *explain_spread(self._exploration.floor, self._epsilon_spread),
            *self._networks.explain(),
        ]
        if self._reward_scale != 1.0:
            lines.append(
                f"rewards are multiplied by {self._reward_scale:g} before anything is learned from them"
            )
        if self._double:
            lines.append(
                "double Q-learning: the learning network picks the best next action, the target judges it"
            )
        return lines

    # Keeping -------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        return {
            **self._networks.state_dict(),
            "exploration": self._exploration.state_dict(),
            "rng": self._rng.bit_generator.state,
            "torch_rng": torch.get_rng_state().numpy(),
            **self._counters(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._networks.load_state_dict(state)
        self._exploration = restored(self._exploration, state["exploration"])
        self._rng.bit_generator.state = state["rng"]
        self._take_over()
        torch.set_rng_state(torch.from_numpy(state["torch_rng"]))
        self._set_counters(state)

    def save_checkpoint(self, path: Path, progress: dict[str, Any]) -> None:
        checkpoint_file.save(
            path,
            {
                **self._networks.checkpoint(),
                "epsilon": self._exploration.epsilon,
                "exploration": self._exploration.state_dict(),
                **self._counters(),
                **progress,
            },
        )

    def load_checkpoint(self, path: Path) -> None:
        contents = checkpoint_file.load(path)
        self._networks.load_checkpoint(contents)
        if (name := self._networks.first_spoilt()) is not None:
            raise checkpoint_file.no_numbers(path.name, name)
        if "exploration" in contents:
            self._exploration = restored(self._exploration, contents["exploration"])
        self._set_counters(contents)

    @staticmethod
    def read_checkpoint(path: Path) -> dict[str, Any]:
        """What a checkpoint holds, ``progress`` among it, without building anything."""
        return checkpoint_file.load(path)

    def _counters(self) -> dict[str, int]:
        return {"games": self._games, **self._learning_rate.state_dict()}

    def _set_counters(self, state: dict[str, Any]) -> None:
        self._games = max(1, count({"games": 1, **state}, "games"))
        self._learning_rate.load_state_dict(state)
