"""The mathematics of one Q-learning update, as pure functions.

Names carry their time: ``s_tm1`` is what was seen before the action, ``s_t`` after it.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def q_learning_target(r_t: Tensor, discount_t: Tensor, q_target_t: Tensor, q_select_t: Tensor) -> Tensor:
    """What the value of the action should have been: ``r_t + discount_t · q_target_t[best]``.

    Args:
        r_t: ``float32[n]`` rewards (already summed over the turns of the transition).
        discount_t: ``float32[n]``, 0 where the game ended.
        q_target_t: ``float32[n, actions]`` values of what was seen next, by the target network.
        q_select_t: the same by the network that picks the best action: the target network itself in
            plain Q-learning, the learning network in double Q-learning (van Hasselt et al. 2016).
    """
    a_t = q_select_t.argmax(dim=1, keepdim=True)
    return r_t + discount_t * q_target_t.gather(1, a_t).squeeze(1)


def weighted_loss(td_error: Tensor, weights: Tensor, kind: str) -> Tensor:
    """Mean loss of a batch, each error counted with its importance weight.

    Weighting a Huber loss is not the same as clipping the error first and squaring: the weight
    here scales the clipped gradient, as in Schaul et al. 2016.
    """
    if kind == "huber":
        losses = functional.huber_loss(td_error, torch.zeros_like(td_error), reduction="none")
    else:
        losses = 0.5 * td_error.square()
    return (weights * losses).mean()
