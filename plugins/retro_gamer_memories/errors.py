"""What can go wrong with a memory while it is used."""

from __future__ import annotations

from retro_gamer_core.errors import RetroGamerError


class NotEnoughRemembered(RetroGamerError, ValueError):
    """More was asked of a memory than it holds."""

    def __init__(self, asked: int, remembered: int) -> None:
        super().__init__(
            f"cannot draw {asked} from a memory that holds {remembered}",
            why="only what has been remembered can be drawn",
            hint="play more turns before the first draw, or draw fewer",
        )


class NotANumber(RetroGamerError, ValueError):
    """The learner's errors are infinite or not numbers at all: its Q-values have run away."""

    def __init__(self) -> None:
        super().__init__(
            "the learner's errors are no longer ordinary numbers",
            why="its Q-values have grown without end, and nothing can be learned from them any more",
            hint="a lower learning_rate, or smaller rewards; then go on from an earlier checkpoint",
        )


class ShapeMismatch(RetroGamerError, ValueError):
    """A saved memory holds observations of another shape than this one."""

    def __init__(self, name: str, saved: tuple[int, ...], here: tuple[int, ...]) -> None:
        super().__init__(
            f"the saved memory does not fit: its {name} have the shape {saved}, here it is {here}",
            why="what was remembered then cannot be compared with what is seen now",
            hint="go back to the encoder and board size it was saved with, or start a new run",
        )
