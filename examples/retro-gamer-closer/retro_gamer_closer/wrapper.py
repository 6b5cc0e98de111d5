from typing import Annotated

import numpy as np
from retro_gamer_core import Option

TO = Option("The character to come closer to. Left out, it is whatever stands nearest.")
BONUS = Option("What one cell closer is worth, in units of the reward.", above=0)


class Closer:
    """Rewards each step towards the nearest of one character, and takes as much for each step away."""

    def __init__(
        self, gamma, metadata, *, to: Annotated[str | None, TO] = None, bonus: Annotated[float, BONUS] = 0.1
    ):
        self.gamma = gamma
        self.code = metadata.character_set.index(to) + 1 if to else None
        self.bonus = bonus

    def begin(self, frame):
        frame.memory["closer"] = self.worth(frame)

    def reward(self, frame, reward, action):
        before, now = frame.memory["closer"], self.worth(frame)
        frame.memory["closer"] = now
        return reward + self.gamma * now - before

    def worth(self, frame):
        """What it is worth to be here: less for each cell to the nearest; nothing where the game is over."""
        if frame.player is None or not frame.game.playing:
            return 0.0
        column, row = frame.player
        rows, columns = (frame.codes if self.code is None else frame.codes == self.code).nonzero()
        distances = abs(rows - row) + abs(columns - column)
        return -self.bonus * float(np.min(distances[distances > 0], initial=sum(frame.codes.shape)))
