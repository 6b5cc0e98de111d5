"""What the learner sees: codes of characters on a small board, and a few numbers beside it.

An observation stays this small (half a kilobyte on snake) all the way into the memory and the
network. One-hot vectors, 24 times the size, exist only where somebody asks for one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Self

    import numpy as np

EMPTY = 0
"""The code of a cell with nothing on it, or with a character that is not in the character set."""


@dataclass(frozen=True)
class ObservationSpec:
    """The shape and meaning of an observation.

    Args:
        height, width: cells of the observed board, or boards; both 0 when no board is observed.
        characters: the character with code 1, 2, …; code 0 is an empty cell.
        outside: whether cells beyond the edge of the board can be seen; if so they have the
            code after the last character.
        features: the name of each number observed beside the board.
        channel_first: how ``one_hot`` flattens the board: ``C × H × W`` or ``H × W × C``.
        centred: the cells are kept as drawn, and the first two features are the player's column
            and row in whole cells; the *view* is that board moved so that the player is in the
            middle. Moving it is left to whoever looks (``view``), as it makes the board four
            times as large.
        frames: how many boards stand one below the other, of this turn and the turns before it, the newest
            at the top. Each has ``height / frames`` rows.
    """

    height: int
    width: int
    characters: tuple[str, ...]
    outside: bool = False
    features: tuple[str, ...] = ()
    channel_first: bool = True
    centred: bool = False
    frames: int = 1

    @property
    def board_height(self) -> int:
        """Rows of one board."""
        return self.height // self.frames

    @property
    def view_height(self) -> int:
        """Rows of the view: as many as cells, or for each centred board room for either edge."""
        return 2 * self.height + self.frames if self.centred else self.height

    @property
    def view_width(self) -> int:
        return 2 * self.width + 1 if self.centred else self.width

    @property
    def n_view_features(self) -> int:
        """Features that are inputs of their own: a centred view has used up the first two."""
        return self.n_features - 2 * self.centred

    @property
    def n_channels(self) -> int:
        """Different things a cell can show, emptiness not counted."""
        return len(self.characters) + self.outside

    @property
    def n_codes(self) -> int:
        """Different codes a cell can have: 0 … n_channels."""
        return self.n_channels + 1

    @property
    def outside_code(self) -> int:
        """The code of a cell beyond the edge of the board."""
        return len(self.characters) + 1

    @property
    def n_features(self) -> int:
        return len(self.features)

    @property
    def n_inputs(self) -> int:
        """Length of the flat one-hot vector."""
        return self.view_height * self.view_width * self.n_channels + self.n_view_features

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a checkpoint."""
        return {**asdict(self), "characters": list(self.characters), "features": list(self.features)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        characters, features = tuple(values["characters"]), tuple(values["features"])
        return cls(**{**values, "characters": characters, "features": features})


@dataclass
class Observations:
    """Several observations side by side: ``cells: uint8[n, h, w]``, ``features: float32[n, f]``."""

    cells: np.ndarray
    features: np.ndarray

    def __len__(self) -> int:
        return len(self.cells)

    def __getitem__(self, index: Any) -> Observations:
        return Observations(self.cells[index], self.features[index])

    def copy(self) -> Observations:
        """The same, in arrays of their own."""
        return Observations(self.cells.copy(), self.features.copy())

    @classmethod
    def empty(cls, n: int, spec: ObservationSpec) -> Observations:
        """Room for ``n`` observations, all zero."""
        import numpy as np

        cells = np.zeros((n, spec.height, spec.width), np.uint8)
        return cls(cells, np.zeros((n, spec.n_features), np.float32))


@dataclass(frozen=True)
class TimeSteps:
    """What a learner is asked to act on: n games at this moment, side by side.

    Args:
        observations: what is seen in each.
        games: ``int64[n]``, the number of each game. It is the same one from turn to turn, so whatever is
            remembered from one turn to the next, such as a recurrent state, can be kept by it.
        began: ``bool[n]``, whether this is the first observation of an episode.
        mask: ``bool[n, n_actions]``, the actions that are allowed now; None where all of them always are.
    """

    observations: Observations
    games: np.ndarray
    began: np.ndarray
    mask: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.games)

    def __getitem__(self, index: Any) -> TimeSteps:
        mask = None if self.mask is None else self.mask[index]
        return TimeSteps(self.observations[index], self.games[index], self.began[index], mask)

    @classmethod
    def of(cls, observations: Observations) -> TimeSteps:
        """Games that have just begun, one for each observation, with every action allowed."""
        import numpy as np

        n = len(observations)
        return cls(observations, np.arange(n), np.ones(n, bool))


def view(cells: np.ndarray, features: np.ndarray, spec: ObservationSpec) -> np.ndarray:
    """The board as seen: ``uint8[view_height, view_width]``.

    In a centred view the player stands in the middle; boards of earlier turns are moved as the newest is. The
    edge of the newest board is marked where one meets it going straight left, right, up and down from there,
    which says all about where the board ends; cells beyond the edge are empty otherwise.
    """
    if not spec.centred:
        return cells
    import numpy as np

    height, width = spec.board_height, spec.width
    column, row = int(features[0]), int(features[1])
    seen = np.zeros((spec.view_height, spec.view_width), np.uint8)
    boards = seen.reshape(spec.frames, -1, spec.view_width)
    boards[:, height - row : 2 * height - row, width - column : 2 * width - column] = cells.reshape(
        spec.frames, height, width
    )
    seen[height, [width - column - 1, 2 * width - column]] = spec.outside_code
    seen[[height - row - 1, 2 * height - row], width] = spec.outside_code
    return seen


def one_hot(cells: np.ndarray, features: np.ndarray, spec: ObservationSpec) -> np.ndarray:
    """The documented flat vector of one observation: ``float32[spec.n_inputs]``.

    ``cells: uint8[h, w]``. The board comes first, as ``C × H × W`` or ``H × W × C``; an empty cell
    is all zeros. The features follow.
    """
    import numpy as np

    # Row c of this table is the one-hot vector of code c; code 0, emptiness, is all zeros.
    board = np.eye(spec.n_codes, dtype=np.float32)[:, 1:][view(cells, features, spec)]
    if spec.channel_first:
        board = board.transpose(2, 0, 1)
    beside = features[2:] if spec.centred else features
    return np.concatenate([board.ravel(), beside.astype(np.float32)])
