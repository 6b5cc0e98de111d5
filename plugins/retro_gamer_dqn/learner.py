"""Deep Q-learning: a network learns how good each action is, and the best one is taken.

Mnih et al. 2015, "Human-level control through deep reinforcement learning", with Adam and, where
asked, double Q-learning (van Hasselt et al. 2016) and importance weights (Schaul et al. 2016).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from retro_gamer_core import Batch, LearnerContext, LearnResult, Observations, ObservationSpec
from retro_gamer_dqn import checkpoint_file
from retro_gamer_dqn.devices import choose_device, seconds_per_update
from retro_gamer_dqn.exploration import explain_spread, exploration_schedule, restored, unequally
from retro_gamer_dqn.growing import can_grow, copy_weights, spread
from retro_gamer_dqn.guesses import ways_through
from retro_gamer_dqn.optimiser import NetworkOptimiser
from retro_gamer_dqn.plain_state import from_plain, to_plain
from retro_gamer_dqn.target_network import target_rule
from retro_gamer_dqn.temporal_difference import q_learning_target, weighted_loss


class DQNLearner:
    """Owns the learning network, the target network and the optimiser.

    Args: see ``retro_gamer_dqn.OPTIONS``, which says what each option means.
    """

    def __init__(
        self,
        context: LearnerContext,
        *,
        learning_rate: float = 1e-4,
        learning_rate_decay: float = 0.9999,
        epsilon: float = 1.0,
        epsilon_min: float = 0.05,
        epsilon_decay: float = 0.9997,
        epsilon_turns: int = 0,
        epsilon_spread: float = 0.0,
        target_update_freq: int = 500,
        target_average: int = 0,
        double: bool = False,
        reward_scale: float = 1.0,
        loss: str = "huber",
        max_gradient_norm: float = 10.0,
        threads: int | None = None,
    ) -> None:
        self._context = context
        self._double = double
        self._reward_scale = reward_scale
        self._loss = loss
        self._max_gradient_norm = max_gradient_norm
        self._learning_rate = learning_rate
        self._learning_rate_decay = learning_rate_decay
        self._target_rule = target_rule(target_update_freq, target_average)
        self._rng = np.random.default_rng([context.seed, 1])
        self._exploration = exploration_schedule(epsilon, epsilon_min, epsilon_decay, epsilon_turns)
        self._epsilon_spread = epsilon_spread
        self._games = 1
        self._updates = 0
        self._updates_at_last_episode = 0
        self._learning_episodes = 0

        self._has_taken_over = False
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(context.seed)
            online = context.build_network(context.spec)
            measure = partial(seconds_per_update, context.build_network, context.spec)
            self.device = choose_device(context.device, online, threads, measure)
            self._build_around(online.to(self.device.name), context.spec)

    def _build_around(self, online: torch.nn.Module, spec: ObservationSpec) -> None:
        self._spec = spec
        self._online = online
        self._prepare = getattr(online, "prepare", None)
        self._forward, self._with_slopes = ways_through(online)
        self._target = self._context.build_network(spec).to(self.device.name)
        # Whatever a network does only while it learns, such as dropout, is for the guess in ``learn`` alone.
        online.eval()
        self._target.eval()
        self._copy_to_target()
        self._optimiser = NetworkOptimiser(online, self._current_learning_rate(), self._max_gradient_norm)

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
            return self._values(self._online, observations).argmax(axis=1)
        if greedy.any():
            actions[greedy] = self._values(self._online, observations[greedy]).argmax(axis=1)
        return actions

    def q_values(self, observations: Observations) -> np.ndarray:
        return self._values(self._playing, observations) / self._reward_scale

    @property
    def _playing(self) -> torch.nn.Module:
        """The network that plays where nothing is learned: the steadier one, if there is one."""
        return self._target if self._target_rule.plays else self._online

    @torch.no_grad()
    def _values(self, network: torch.nn.Module, observations: Observations) -> np.ndarray:
        return self._forward(network, self._prepared(observations)).cpu().numpy()

    def _epsilons(self) -> np.ndarray:
        return unequally(self._exploration.epsilon, self._epsilon_spread, self._games)

    def turns_played(self, count: int) -> None:
        self._exploration.turns_played(count)

    def episode_finished(self) -> None:
        self._exploration.episode_finished()
        if self._updates > self._updates_at_last_episode:
            self._updates_at_last_episode = self._updates
            self._learning_episodes += 1
            self._optimiser.learning_rate = self._current_learning_rate()

    def fit_to_turns(self, total_turns: int) -> list[str]:
        """Explore no longer than a run of so many turns allows."""
        self._exploration = self._exploration.fitted_to(total_turns)
        return [self._exploration.explain()]

    # Learning ------------------------------------------------------------------------------

    @torch.no_grad()
    def learn(self, batch: Batch) -> LearnResult:
        """Move each guess toward reward plus discounted value of what was seen next."""
        self._take_over()
        transitions, n = batch.transitions, len(batch.transitions)
        s_tm1 = self._prepared(transitions.observations)
        s_t = self._prepared(transitions.next_observations)
        q_target_t = self._forward(self._target, s_t).cpu().numpy()
        q_select_t = self._forward(self._online, s_t).cpu().numpy() if self._double else q_target_t
        r_t = transitions.rewards * self._reward_scale
        target_tm1 = q_learning_target(r_t, transitions.discounts, q_target_t, q_select_t)

        every_q_tm1, pull_back = self._with_slopes(self._online, s_tm1)
        chosen = np.arange(n), transitions.actions
        q_tm1 = every_q_tm1.cpu().numpy()[chosen]
        td_errors = target_tm1 - q_tm1
        loss, slopes = weighted_loss(td_errors, batch.weights, self._loss)
        # Only the guess for the action that was taken is corrected: the others have no slope.
        every_slope = np.zeros(every_q_tm1.shape, np.float32)
        every_slope[chosen] = slopes
        self._optimiser.step(partial(pull_back, self._to_device(every_slope)[0]))
        self._updates += 1
        self._target_rule.move(self._target, self._online, self._updates)
        return LearnResult(loss, td_errors / self._reward_scale, q_tm1 / self._reward_scale)

    def _copy_to_target(self) -> None:
        self._target.load_state_dict(self._online.state_dict())

    def _current_learning_rate(self) -> float:
        return self._learning_rate * self._learning_rate_decay**self._learning_episodes

    def _prepared(self, observations: Observations) -> list[Tensor]:
        """What both networks take. A network may prepare it in numpy (``prepare``), once for both."""
        cells, features = observations.cells, observations.features
        if self._prepare is None:
            return self._to_device(cells, features)
        return [tensor.to(self.device.name) for tensor in self._prepare(cells, features)]

    def _to_device(self, *arrays: np.ndarray) -> list[Tensor]:
        return [torch.from_numpy(array).to(self.device.name) for array in arrays]

    # Growing -------------------------------------------------------------------------------

    def extend_characters(self, spec: ObservationSpec, codes: np.ndarray) -> bool:
        if not can_grow(self._online):
            return False
        old, old_target, averages = self._online, self._target, self._optimiser.state_dict()
        channels = torch.from_numpy(codes[1 : self._spec.n_codes].astype(np.int64) - 1)
        new = self._context.build_network(spec).to(self.device.name)
        places = copy_weights(old, new, channels)
        self._build_around(new, spec)
        copy_weights(old_target, self._target, channels)
        for kind, fresh in self._optimiser.state_dict().items():
            if isinstance(fresh, dict):  # running averages by the name of the weight
                old_ones = averages[kind]
                averages[kind] = {
                    name: spread(old_ones[name], like, places.get(name)) for name, like in fresh.items()
                }
        self._optimiser.load_state_dict(averages)
        return True

    # Telling -------------------------------------------------------------------------------

    def statistics(self) -> dict[str, float]:
        return {"epsilon": float(self._epsilons().mean()), "learning_rate": self._current_learning_rate()}

    def explain(self) -> list[str]:
        count = sum(parameter.numel() for parameter in self._online.parameters())
        lines = [
            *(
                self._online.explain()
                if hasattr(self._online, "explain")
                else [f"network: {self._context.network_name}"]
            ),
            f"the network has {count:,} weights and {len(self._context.actions)} outputs, one for each action: "
            + " ".join(key or "(nothing)" for key in self._context.actions),
            f"device: {self.device.name}, {self.device.reason}",
            f"optimiser: Adam, learning rate {self._learning_rate:g}, multiplied by {self._learning_rate_decay:g} "
            "after each episode in which something was learned",
            self._exploration.explain(),
            *explain_spread(self._exploration.floor, self._epsilon_spread),
            self._target_rule.explain(),
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
            "online": to_plain(self._online.state_dict()),
            "target": to_plain(self._target.state_dict()),
            "optimiser": to_plain(self._optimiser.state_dict()),
            "exploration": self._exploration.state_dict(),
            "rng": self._rng.bit_generator.state,
            "torch_rng": torch.get_rng_state().numpy(),
            **self._counters(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._online.load_state_dict(from_plain(state["online"]))
        self._target.load_state_dict(from_plain(state["target"]))
        self._optimiser.load_state_dict(from_plain(state["optimiser"]))
        self._exploration = restored(self._exploration, state["exploration"])
        self._rng.bit_generator.state = state["rng"]
        self._take_over()
        torch.set_rng_state(torch.from_numpy(state["torch_rng"]))
        self._set_counters(state)

    def save_checkpoint(self, path: Path, progress: dict[str, Any]) -> None:
        checkpoint_file.save(
            path,
            {
                "model_state_dict": self._playing.state_dict(),
                "optimizer_state_dict": self._optimiser.state_dict(),
                "epsilon": self._exploration.epsilon,
                "exploration": self._exploration.state_dict(),
                **self._counters(),
                **progress,
            },
        )

    def load_checkpoint(self, path: Path) -> None:
        contents = checkpoint_file.load(path)
        self._online.load_state_dict(contents["model_state_dict"])
        self._optimiser.load_state_dict(contents["optimizer_state_dict"])
        if "exploration" in contents:
            self._exploration = restored(self._exploration, contents["exploration"])
        self._set_counters(contents)
        self._copy_to_target()

    @staticmethod
    def read_checkpoint(path: Path) -> dict[str, Any]:
        """What a checkpoint holds, ``progress`` among it, without building anything."""
        return checkpoint_file.load(path)

    def _counters(self) -> dict[str, int]:
        return {
            "games": self._games,
            "updates": self._updates,
            "updates_at_last_episode": self._updates_at_last_episode,
            "learning_episodes": self._learning_episodes,
        }

    def _set_counters(self, state: dict[str, Any]) -> None:
        self._games = state.get("games", 1)
        self._updates = state["updates"]
        self._updates_at_last_episode = state["updates_at_last_episode"]
        self._learning_episodes = state["learning_episodes"]
        # The rate written in the configuration counts, not the one the optimiser was saved with.
        self._optimiser.learning_rate = self._current_learning_rate()
