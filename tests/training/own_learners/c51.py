"""C51: not the mean of what is to come is learned, but its distribution (Bellemare et al. 2017)."""

import numpy as np
import torch

from retro_gamer_core import LearnResult, PlayingNetwork


class C51:
    def __init__(self, context, *, atoms: int = 11, lowest: float = -1.0, highest: float = 1.0):
        torch.manual_seed(context.seed)
        self.n_actions, self.atoms = len(context.actions), atoms
        self.support = torch.linspace(lowest, highest, atoms)
        self.network, self.target = (
            context.build_network(context.spec, self.n_actions * atoms) for _ in range(2)
        )
        self.target.load_state_dict(self.network.state_dict())
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=0.003)
        self.rng = np.random.default_rng(context.seed)
        self.updates = 0

    def logits(self, network, observations):
        seen = torch.from_numpy(observations.cells), torch.from_numpy(observations.features)
        return network(*seen).view(-1, self.n_actions, self.atoms)

    @torch.no_grad()
    def q_values(self, observations):
        return (self.logits(self.network, observations).softmax(-1) * self.support).sum(-1).numpy()

    def act(self, steps):
        greedy = self.q_values(steps.observations).argmax(axis=1)
        at_random = self.rng.integers(self.n_actions, size=len(steps))
        return np.where(self.rng.random(len(steps)) < 0.2, at_random, greedy)

    def learn(self, batch):
        turns, n = batch.transitions, len(batch.keys)
        with torch.no_grad():
            then = self.logits(self.target, turns.next_observations).softmax(-1)
            best = (then * self.support).sum(-1).argmax(-1)
            target = self.projected(turns, then[torch.arange(n), best])
        log_p = self.logits(self.network, turns.observations).log_softmax(-1)
        log_p = log_p[torch.arange(n), torch.from_numpy(turns.actions)]
        errors = -(target * log_p).sum(-1)
        loss = (errors * torch.from_numpy(batch.weights)).mean()
        self.optimiser.zero_grad()
        loss.backward()
        for weight in self.network.parameters():
            if weight.grad is not None and weight.grad.is_sparse:
                weight.grad = weight.grad.to_dense()
        self.optimiser.step()
        self.updates += 1
        if self.updates % 50 == 0:
            self.target.load_state_dict(self.network.state_dict())
        return LearnResult(loss.item(), errors.detach().numpy())

    def projected(self, turns, probabilities):
        step = self.support[1] - self.support[0]
        rewards, discounts = torch.from_numpy(turns.rewards), torch.from_numpy(turns.discounts)
        values = rewards[:, None] + discounts[:, None] * self.support
        place = ((values.clamp(self.support[0], self.support[-1]) - self.support[0]) / step).clamp(
            0, self.atoms - 1
        )
        low, high = place.floor().long(), place.ceil().long()
        target = torch.zeros_like(probabilities)
        target.scatter_add_(1, low, probabilities * (1 - (place - low)))
        target.scatter_add_(1, high, probabilities * (place - low))
        return target

    def playing_network(self):
        weights = {name: weight.numpy() for name, weight in self.network.state_dict().items()}
        return PlayingNetwork(weights, support=self.support.tolist())

    def state_dict(self):
        return {
            "network": self.network.state_dict(),
            "target": self.target.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "rng": self.rng.bit_generator.state,
            "updates": self.updates,
        }

    def load_state_dict(self, state):
        for name in ("network", "target", "optimiser"):
            getattr(self, name).load_state_dict(state[name])
        self.rng.bit_generator.state = state["rng"]
        self.updates = state["updates"]
