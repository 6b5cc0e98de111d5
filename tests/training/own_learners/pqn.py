"""PQN: Q-learning from many games at once, without a memory or a target network (Gallici et al. 2024)."""

import numpy as np
import torch

from retro_gamer_core import LearnResult, Observations, Transitions


class PQN:
    def __init__(self, context, *, gathered: int = 128, epochs: int = 4):
        torch.manual_seed(context.seed)
        self.network = context.build_network(context.spec)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=0.003)
        self.rng = np.random.default_rng(context.seed)
        self.n_actions, self.gathered, self.epochs = len(context.actions), gathered, epochs
        self.turns, self.played, self.loss = [], 0, 0.0

    @property
    def epsilon(self):
        return max(0.1, 1 - self.played / 4000)

    def values(self, observations):
        return self.network(torch.from_numpy(observations.cells), torch.from_numpy(observations.features))

    @torch.no_grad()
    def q_values(self, observations):
        return self.values(observations).numpy()

    def act(self, steps):
        greedy = self.q_values(steps.observations).argmax(axis=1)
        at_random = self.rng.integers(self.n_actions, size=len(steps))
        return np.where(self.rng.random(len(steps)) < self.epsilon, at_random, greedy)

    def turns_played(self, count):
        self.played += count

    def observe(self, transitions):
        self.turns.append(transitions)
        if sum(map(len, self.turns)) >= self.gathered:
            turns, self.turns = joined(self.turns), []
            for _ in range(self.epochs):
                for keys in np.array_split(self.rng.permutation(len(turns)), 4):
                    self.update(turns[keys])

    def update(self, turns):
        with torch.no_grad():
            then = self.values(turns.next_observations).max(dim=1).values
        target = torch.from_numpy(turns.rewards) + torch.from_numpy(turns.discounts) * then
        now = self.values(turns.observations)[torch.arange(len(turns)), torch.from_numpy(turns.actions)]
        loss = torch.nn.functional.mse_loss(now, target)
        self.optimiser.zero_grad()
        loss.backward()
        for weight in self.network.parameters():
            if weight.grad is not None and weight.grad.is_sparse:
                weight.grad = weight.grad.to_dense()
        self.optimiser.step()
        self.loss = loss.item()

    def learn(self, batch):
        """All learning is done in ``observe``."""
        return LearnResult(self.loss, np.zeros(len(batch.keys), np.float32))

    def statistics(self):
        return {"epsilon": self.epsilon, "gathered": sum(map(len, self.turns))}

    def state_dict(self):
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "rng": self.rng.bit_generator.state,
            "turns": [columns(turns) for turns in self.turns],
            "played": self.played,
            "loss": self.loss,
        }

    def load_state_dict(self, state):
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng.bit_generator.state = state["rng"]
        self.turns = [of_columns(each) for each in state["turns"]]
        self.played, self.loss = state["played"], state["loss"]


def columns(turns):
    seen, then = turns.observations, turns.next_observations
    of_the_turn = [turns.actions, turns.rewards, turns.discounts]
    return [seen.cells, seen.features, *of_the_turn, then.cells, then.features]


def of_columns(arrays):
    cells, features, actions, rewards, discounts, next_cells, next_features = arrays
    seen, then = Observations(cells, features), Observations(next_cells, next_features)
    return Transitions(seen, actions, rewards, discounts, then)


def joined(turns):
    return of_columns([np.concatenate(arrays) for arrays in zip(*map(columns, turns), strict=True)])
