"""Encoding by hand, from lists of characters: for people who want to see each step.

The training loop does not come this way; it reads codes straight from the game. Both give the same
numbers, which a test holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from retro_gamer_core import GameMetadata
from retro_gamer_core.playing.state_features import StateFeatures, sizes_of


def encode_board(board_chars: Sequence[Sequence[str]], character_set: Sequence[str]) -> np.ndarray:
    """One-hot boards: ``float32[H, W, C]``, where ``C = len(character_set)``.

    Each cell is a vector with a single 1, in the place of its character; a character that is not in
    the set, or none at all, gives zeros only.
    """
    place = {character: i for i, character in enumerate(character_set)}
    board = np.zeros((len(board_chars), len(board_chars[0]) if board_chars else 0, len(place)), np.float32)
    for y, row in enumerate(board_chars):
        for x, character in enumerate(row):
            if character in place:
                board[y, x, place[character]] = 1.0
    return board


def encode_state(state: Mapping[str, Any], observe_state: Sequence[str]) -> np.ndarray:
    """The observed values of a state, one after the other: ``float32[n]``. Tuples are laid flat.

    Raises:
        KeyError: a key is not in the state.
    """
    features = StateFeatures(sizes_of(state, observe_state))
    values = np.zeros(len(features.names), np.float32)
    features.write(state, values)
    return values


def encode_observation(
    board_chars: Sequence[Sequence[str]], state: Mapping[str, Any], metadata: GameMetadata
) -> np.ndarray:
    """The documented flat vector, ``float32``: the board, then the observed state values.

    The board is laid flat as ``C × H × W`` when ``metadata.spatial``, else as ``H × W × C``.
    """
    board = encode_board(board_chars, metadata.character_set or ())
    if metadata.spatial:
        board = board.transpose(2, 0, 1)
    return np.concatenate([board.ravel(), encode_state(state, metadata.observe_state)])
