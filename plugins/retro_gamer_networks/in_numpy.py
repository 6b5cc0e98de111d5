"""The built-in networks as numpy plays them: the same numbers without torch, which takes long to load.

They only play. Each is called ``(cells: uint8[n, h, w], features: float32[n, f])`` and gives
``float32[n, n_outputs]``, equal to what torch gives but for rounding, as sums are added up in another
order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from retro_gamer_core import ObservationSpec, expect_weights
from retro_gamer_core.observation import view
from retro_gamer_networks.occupied_rows import rows_of
from retro_gamer_networks.settings import MLPSettings, NetworkSettings

Weights = Mapping[str, np.ndarray]


class MLPInNumpy:
    """``retro_gamer_networks.mlp.MLP``, playing."""

    def __init__(self, spec: ObservationSpec, head: _Dense, weights: Weights, nearby: bool) -> None:
        self._finder = rows_of(spec, nearby)
        self._rows = weights["board.rows"].astype(np.float32, copy=False)
        self._bias = weights["board.bias"].astype(np.float32, copy=False)
        self._beside = (
            weights["board.beside"].astype(np.float32, copy=False) if spec.n_view_features else None
        )
        self._first_beside = spec.n_features - spec.n_view_features
        self._head = head

    def __call__(self, cells: np.ndarray, features: np.ndarray) -> np.ndarray:
        bags = self._finder.find(cells, features)
        sums = np.empty((len(cells), len(self._bias)), np.float32)
        for total, start, end in zip(sums, bags.starts, [*bags.starts[1:], len(bags.rows)], strict=False):
            np.add(self._rows[bags.rows[start:end]].sum(axis=0), self._bias, out=total)
        if self._beside is not None:
            sums += features[:, self._first_beside :] @ self._beside
        return self._head(np.maximum(sums, 0, out=sums))


class CNNInNumpy:
    """``retro_gamer_networks.cnn.CNN``, playing."""

    def __init__(self, spec: ObservationSpec, padding: int, head: _Dense, weights: Weights) -> None:
        self._spec = spec
        self._padding = padding
        self._head = head
        self._kernels = [
            (
                weights[f"convolutions.{i}.weight"].astype(np.float32, copy=False),
                weights[f"convolutions.{i}.bias"],
            )
            for i in (0, 2)
        ]

    def __call__(self, cells: np.ndarray, features: np.ndarray) -> np.ndarray:
        spec = self._spec
        seen = np.stack([view(*one, spec) for one in zip(cells, features, strict=True)])
        board = np.eye(spec.n_codes, dtype=np.float32)[:, 1:][seen].transpose(0, 3, 1, 2)
        board = board.reshape(len(board), spec.n_channels * spec.frames, -1, spec.view_width)
        for kernel, bias in self._kernels:
            board = np.maximum(_convolved(board, kernel, bias, self._padding), 0)
        beside = features[:, spec.n_features - spec.n_view_features :]
        return self._head(np.concatenate([board.reshape(len(board), -1), beside], axis=1, dtype=np.float32))


class _Dense:
    """Fully connected layers with a ReLU between each two."""

    def __init__(self, layers: Sequence[tuple[np.ndarray, np.ndarray]]) -> None:
        self._layers = [
            (weight.T.astype(np.float32, copy=False), bias.astype(np.float32, copy=False))
            for weight, bias in layers
        ]

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        (*hidden, (weight, bias)) = self._layers
        for hidden_weight, hidden_bias in hidden:
            inputs = np.maximum(inputs @ hidden_weight + hidden_bias, 0)
        return inputs @ weight + bias


def mlp(spec: ObservationSpec, n_outputs: int, weights: Weights, **options: Any) -> MLPInNumpy:
    """The MLP with these weights.

    Raises:
        ValueError: they are not those of such a network.
    """
    settings = MLPSettings(**options)
    hidden_sizes, first = settings.hidden_sizes, settings.hidden_sizes[0]
    shapes = {
        "board.rows": (rows_of(spec, settings.nearby).n_rows, first),
        "board.bias": (first,),
    }
    if spec.n_view_features:
        shapes["board.beside"] = (spec.n_view_features, first)
    dense = _dense_shapes([*hidden_sizes, n_outputs])
    expect_weights(weights, {**shapes, **dense})
    return MLPInNumpy(spec, _dense(weights, dense), weights, settings.nearby)


def cnn(spec: ObservationSpec, n_outputs: int, weights: Weights, **options: Any) -> CNNInNumpy:
    """The CNN with these weights.

    Raises:
        ValueError: they are not those of such a network.
    """
    height, width = spec.view_height // spec.frames, spec.view_width
    padding = 1 if min(height, width) < 5 else 0  # as in cnn.CNN
    lost = 0 if padding else 4
    flat = 64 * (height - lost) * (width - lost)
    shapes = {
        "convolutions.0.weight": (32, spec.n_channels * spec.frames, 3, 3),
        "convolutions.0.bias": (32,),
        "convolutions.2.weight": (64, 32, 3, 3),
        "convolutions.2.bias": (64,),
    }
    hidden_sizes = NetworkSettings(**options).hidden_sizes
    dense = _dense_shapes([flat + spec.n_view_features, *hidden_sizes, n_outputs])
    expect_weights(weights, {**shapes, **dense})
    return CNNInNumpy(spec, padding, _dense(weights, dense), weights)


def _dense_shapes(sizes: Sequence[int]) -> dict[str, tuple[int, ...]]:
    """Names and shapes of ``layers.DenseLayers(sizes)``; between two layers stands a ReLU, which has a number too."""
    shapes: dict[str, tuple[int, ...]] = {}
    for i, (n_inputs, n_outputs) in enumerate(pairwise(sizes)):
        shapes |= {f"head.{2 * i}.weight": (n_outputs, n_inputs), f"head.{2 * i}.bias": (n_outputs,)}
    return shapes


def _dense(weights: Weights, shapes: Mapping[str, tuple[int, ...]]) -> _Dense:
    names = list(shapes)
    return _Dense(
        [(weights[weight], weights[bias]) for weight, bias in zip(names[::2], names[1::2], strict=True)]
    )


def _convolved(board: np.ndarray, kernel: np.ndarray, bias: np.ndarray, padding: int) -> np.ndarray:
    """What ``torch.nn.functional.conv2d`` computes: ``[n, c, h, w]`` and ``[k, c, 3, 3]`` to ``[n, k, h', w']``."""
    if padding:
        board = np.pad(board, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(board, kernel.shape[2:], axis=(2, 3))
    sums = np.tensordot(windows, kernel, axes=((1, 4, 5), (1, 2, 3)))  # [n, h', w', k]
    return (sums + bias).transpose(0, 3, 1, 2)
