from typing import Annotated

import numpy as np
from retro_gamer_core import ObservationSpec, Option

FAR = Option("How many cells away is far. Whatever is farther looks alike.", low=1)


class Nearest:
    """Three numbers for each character: how far to the right its nearest one is, how far down, and how near."""

    def __init__(self, metadata, *, far: Annotated[int, FAR] = 8):
        self.width, self.height = metadata.board_size
        facts = ("right", "down", "near")
        names = [f"{character} {fact}" for character in metadata.character_set for fact in facts]
        # No rows and no columns: of the board itself, nothing is seen.
        self.spec = ObservationSpec(0, 0, (), features=("column", "row", *names))
        # What is said of a cell that is so many rows and columns away, made once for all places.
        down, right = np.mgrid[1 - self.height : self.height, 1 - self.width : self.width]
        distance = abs(right) + abs(down)
        near = (distance > 0) / np.maximum(distance, 1)  # 1 beside the player, 0 for its own cell
        far_off = np.clip([right / far, down / far], -1, 1)
        self.facts = np.stack([*far_off, near], axis=-1).astype(np.float32)

    def encode(self, frame, cells, features):
        features[:] = 0
        if frame.player is None:
            return
        column, row = frame.player
        features[:2] = 2 * column / self.width - 1, 2 * row / self.height - 1
        top, left = self.height - 1 - row, self.width - 1 - column
        occupied = frame.codes.nonzero()
        facts = self.facts[top : top + self.height, left : left + self.width][occupied]
        far_to_near = facts[:, 2].argsort(kind="stable")
        # Where several have one code, the last one stays: the nearest.
        nearest = np.zeros((len(features) // 3 + 1, 3), np.float32)
        nearest[frame.codes[occupied][far_to_near]] = facts[far_to_near]
        features[2:] = nearest[1:].ravel()

    def explain(self):
        n_numbers = len(self.spec.features)
        return [f"encoder nearest: {n_numbers} numbers on the nearest of each character, and no board"]
