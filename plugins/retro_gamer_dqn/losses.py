"""The mathematics of one Q-learning update, as pure functions of numpy arrays.

Names carry their time: ``s_tm1`` is what was seen before the action, ``s_t`` after it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


def q_learning_target(
    r_t: np.ndarray, discount_t: np.ndarray, q_target_t: np.ndarray, q_select_t: np.ndarray
) -> np.ndarray:
    """What the value of the action should have been: ``r_t + discount_t · q_target_t[best]``.

    Args:
        r_t: ``float32[n]`` rewards (already summed over the turns of the transition).
        discount_t: ``float32[n]``, 0 where the game ended.
        q_target_t: ``float32[n, actions]``, Q-values of what was seen next, by the target network.
        q_select_t: the same by the network that picks the best action: the target network itself in
            plain Q-learning, the online network in double Q-learning (van Hasselt et al. 2016).
    """
    a_t = q_select_t.argmax(axis=1)
    return r_t + discount_t * q_target_t[np.arange(len(a_t)), a_t]


class QLearningLoss(NamedTuple):
    """The loss of a batch, and its derivative.

    Args:
        value: the mean loss.
        td_errors: ``float32[n]``, target minus Q-value of the action that was taken.
        gradient: ``float32[n, actions]``, derivative of ``value`` by each Q-value: 0 for the actions
            that were not taken.
    """

    value: float
    td_errors: np.ndarray
    gradient: np.ndarray


def q_learning_loss(
    q_tm1: np.ndarray, a_tm1: np.ndarray, target_tm1: np.ndarray, weights: np.ndarray, kind: str
) -> QLearningLoss:
    """How wrong the Q-values of the actions taken are, each error counted with its importance weight.

    Weighting a Huber loss is not the same as clipping the error first and squaring: the weight
    here scales the clipped gradient, as in Schaul et al. 2016.

    Args:
        q_tm1: ``float32[n, actions]``.
        a_tm1: ``int64[n]``, the actions taken.
        target_tm1: ``float32[n]``, from ``q_learning_target``.
        weights: ``float32[n]``.
        kind: ``"huber"`` (with delta 1) or ``"squared"``.
    """
    taken = np.arange(len(a_tm1)), a_tm1
    td_errors = target_tm1 - q_tm1[taken]
    clipped = np.minimum(np.maximum(td_errors, -1.0), 1.0) if kind == "huber" else td_errors
    # Both losses are this product: 0.5·e² within the limits, and |e| - 0.5 beyond them.
    losses = clipped * (td_errors - 0.5 * clipped)
    shares = weights / len(weights)
    gradient = np.zeros_like(q_tm1)
    gradient[taken] = -clipped * shares
    return QLearningLoss(float(losses @ shares), td_errors, gradient)
