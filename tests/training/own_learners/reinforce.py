"""REINFORCE: makes actions more likely that good returns followed (Williams 1992). It plays by chance."""

import numpy as np
import torch

from retro_gamer_core import LearnResult


class Reinforce:
    def __init__(self, context, *, episodes_together: int = 16):
        torch.manual_seed(context.seed)
        self.gamma, self.together = context.gamma, episodes_together
        self.network = context.build_network(context.spec)
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=0.01)
        self.rng = np.random.default_rng(context.seed)
        self.running = [[] for _ in range(context.n_games)]
        self.done, self.baseline, self.loss = [], 0.0, 0.0

    def logits(self, cells, features):
        return self.network(torch.from_numpy(cells), torch.from_numpy(features))

    @torch.no_grad()
    def q_values(self, observations):
        return self.logits(observations.cells, observations.features).numpy()

    def act(self, steps):
        return self.play(steps, self.rng)

    def play(self, steps, rng):
        logits = self.q_values(steps.observations)
        if steps.mask is not None:
            logits = np.where(steps.mask, logits, -np.inf)
        return (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)

    def observe(self, transitions):
        for i, game in enumerate(transitions.games.tolist()):
            if transitions.began[i]:
                self.finish(game)
            seen = transitions.observations
            turn = [
                seen.cells[i],
                seen.features[i],
                int(transitions.actions[i]),
                float(transitions.rewards[i]),
            ]
            self.running[game].append(turn)
            if transitions.discounts[i] == 0:
                self.finish(game)

    def finish(self, game):
        if self.running[game]:
            self.done.append(self.running[game])
            self.running[game] = []
        if len(self.done) >= self.together:
            self.update()
            self.done = []

    def update(self):
        turns = [turn for episode in self.done for turn in episode]
        returns = np.float32([value for episode in self.done for value in self.returns(episode)])
        self.baseline += 0.1 * (float(returns.mean()) - self.baseline)
        cells, features, actions, _ = zip(*turns, strict=True)
        log_p = self.logits(np.stack(cells), np.stack(features)).log_softmax(-1)
        chosen = log_p[torch.arange(len(turns)), torch.tensor(actions)]
        loss = -(chosen * torch.from_numpy(returns - np.float32(self.baseline))).mean()
        self.optimiser.zero_grad()
        loss.backward()
        for weight in self.network.parameters():
            if weight.grad is not None and weight.grad.is_sparse:
                weight.grad = weight.grad.to_dense()
        self.optimiser.step()
        self.loss = loss.item()

    def returns(self, episode):
        found, after = [], 0.0
        for *_, reward in reversed(episode):
            after = reward + self.gamma * after
            found.append(after)
        return found[::-1]

    def learn(self, batch):
        """All learning is done in ``observe``."""
        return LearnResult(self.loss, np.zeros(len(batch.keys), np.float32))

    def statistics(self):
        return {"baseline": self.baseline}

    def checkpoint(self):
        return {"network": self.network.state_dict()}

    def load_checkpoint(self, contents):
        self.network.load_state_dict(contents["network"])

    def state_dict(self):
        return {
            **self.checkpoint(),
            "optimiser": self.optimiser.state_dict(),
            "rng": self.rng.bit_generator.state,
            "running": self.running,
            "done": self.done,
            "baseline": self.baseline,
            "loss": self.loss,
        }

    def load_state_dict(self, state):
        self.load_checkpoint(state)
        self.optimiser.load_state_dict(state["optimiser"])
        self.rng.bit_generator.state = state["rng"]
        self.running, self.done = state["running"], state["done"]
        self.baseline, self.loss = state["baseline"], state["loss"]
