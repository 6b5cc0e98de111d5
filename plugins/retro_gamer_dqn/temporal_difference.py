"""The mathematics of one Q-learning update, as pure functions of numpy arrays.

Names carry their time: ``s_tm1`` is what was seen before the action, ``s_t`` after it.
"""

from __future__ import annotations

import numpy as np


def q_learning_target(
    r_t: np.ndarray, discount_t: np.ndarray, q_target_t: np.ndarray, q_select_t: np.ndarray
) -> np.ndarray:
    """What the value of the action should have been: ``r_t + discount_t · q_target_t[best]``.

    Args:
        r_t: ``float32[n]`` rewards (already summed over the turns of the transition).
        discount_t: ``float32[n]``, 0 where the game ended.
        q_target_t: ``float32[n, actions]`` values of what was seen next, by the target network.
        q_select_t: the same by the network that picks the best action: the target network itself in
            plain Q-learning, the learning network in double Q-learning (van Hasselt et al. 2016).
    """
    a_t = q_select_t.argmax(axis=1)
    return r_t + discount_t * q_target_t[np.arange(len(a_t)), a_t]


def weighted_loss(td_errors: np.ndarray, weights: np.ndarray, kind: str) -> tuple[float, np.ndarray]:
    """Mean loss of a batch, each error counted with its importance weight, and its slopes.

    Weighting a Huber loss is not the same as clipping the error first and squaring: the weight
    here scales the clipped gradient, as in Schaul et al. 2016.

    Args:
        td_errors: ``float32[n]``, target minus guess.
        weights: ``float32[n]``.
        kind: ``"huber"`` (with delta 1) or ``"squared"``.

    Returns:
        the loss and ``float32[n]``, how it changes with each guess.
    """
    limited = np.minimum(np.maximum(td_errors, -1.0), 1.0) if kind == "huber" else td_errors
    # Both losses are this product: 0.5·e² within the limits, and |e| - 0.5 beyond them.
    losses = limited * (td_errors - 0.5 * limited)
    shares = weights / len(weights)
    return float(losses @ shares), -limited * shares
