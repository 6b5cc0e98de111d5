from typing import Annotated

import numpy as np
from retro_gamer_core import LearnResult, Option

STEP_SIZE = Option("How far each update moves a value towards what it should have been.", above=0, high=1)
EPSILON = Option("The share of actions that are chosen at random.", low=0, high=1)


class Tabular:
    """Q-learning with a table: for everything that was ever seen, a value for each action."""

    def __init__(
        self,
        context,
        *,
        step_size: Annotated[float, STEP_SIZE] = 0.2,
        epsilon: Annotated[float, EPSILON] = 0.1,
    ):
        self.n_actions = len(context.actions)
        self.step_size = step_size
        self.epsilon = epsilon
        self.rng = np.random.default_rng(context.seed)
        self.table = {}

    def act(self, steps):
        n = len(steps)
        values = self.q_values(steps.observations) + 1e-6 * self.rng.random((n, self.n_actions))
        at_random = self.rng.random((n, self.n_actions))
        explores = self.rng.random(n) < self.epsilon
        choice = np.where(explores[:, None], at_random, values)
        if steps.mask is not None:
            choice[~steps.mask] = -np.inf
        return choice.argmax(axis=1)

    def q_values(self, observations):
        unknown = np.zeros(self.n_actions, np.float32)
        return np.array([self.table.get(key, unknown) for key in keys(observations)])

    def learn(self, batch):
        turns = batch.transitions
        best = self.q_values(turns.next_observations).max(axis=1)
        targets = turns.rewards + turns.discounts * best
        errors = np.zeros(len(turns), np.float32)
        for i, key in enumerate(keys(turns.observations)):
            values = self.table.setdefault(key, np.zeros(self.n_actions, np.float32))
            errors[i] = targets[i] - values[turns.actions[i]]
            values[turns.actions[i]] += self.step_size * errors[i]
        return LearnResult(float(np.square(errors).mean()), errors)

    def statistics(self):
        return {"epsilon": self.epsilon, "seen": len(self.table)}

    def explain(self):
        return [f"a table of values; {self.epsilon:.0%} of the actions are random"]

    def state_dict(self):
        return {
            "keys": np.array([np.frombuffer(key, np.uint8) for key in self.table]),
            "values": np.array(list(self.table.values())),
            "rng": self.rng.bit_generator.state,
        }

    def load_state_dict(self, state):
        self.table = {key.tobytes(): value for key, value in zip(state["keys"], state["values"], strict=True)}
        self.rng.bit_generator.state = state["rng"]


def keys(observations):
    """What was seen, as something that a dict can be asked for."""
    return [
        cells.tobytes() + features.tobytes()
        for cells, features in zip(observations.cells, observations.features, strict=True)
    ]
