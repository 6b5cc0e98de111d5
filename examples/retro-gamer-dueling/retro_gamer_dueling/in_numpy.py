import numpy as np
from retro_gamer_core import expect_weights

from .occupied import occupied


def dueling(spec, n_outputs, weights, *, neurons: int):
    """Plays what `Dueling` has learned: `(cells, features) -> float32[n, n_outputs]`."""
    n_numbers = max(1, spec.view_height * spec.view_width * spec.n_channels)
    shapes = {
        "board.weight": (n_numbers, neurons),
        "beside": (spec.n_view_features, neurons),
        "bias": (neurons,),
        "value.weight": (1, neurons),
        "value.bias": (1,),
        "advantage.weight": (n_outputs, neurons),
        "advantage.bias": (n_outputs,),
    }
    expect_weights(weights, shapes)
    board, beside, bias, *heads = (weights[name].astype(np.float32) for name in shapes)
    value, value_bias, advantage, advantage_bias = heads

    def values(cells, features):
        numbers, starts = occupied(spec, cells, features)
        sums = np.stack([board[some].sum(axis=0) for some in np.split(numbers, starts[1:])])
        others = features[:, spec.n_features - spec.n_view_features :]
        hidden = np.maximum(sums + others @ beside + bias, 0)
        advantages = hidden @ advantage.T + advantage_bias
        return hidden @ value.T + value_bias + advantages - advantages.mean(axis=1, keepdims=True)

    return values
