import numpy as np
from retro_gamer_core import view


def occupied(spec, cells, features):
    """What stands where: a number for each occupied cell of all boards, and where each board begins.

    A number means one character on one cell. Boards are nearly empty, so this is all a network needs.
    """
    boards = np.stack([view(*seen, spec) for seen in zip(cells, features, strict=True)])
    boards = boards.reshape(len(boards), -1)
    board, cell = boards.nonzero()
    numbers = cell * spec.n_channels + boards[board, cell] - 1
    return numbers, np.searchsorted(board, np.arange(len(boards)))
