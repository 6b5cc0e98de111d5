"""What an update costs beside its floor, and what gradients by hand, and an optimiser that moves rows, earn.

    python tests/benchmarks/gradients.py

The recipe ``standard`` on snake in three variants: as it is (autograd, and RMSProp for the rows that were
used); with the gradients of the multilayer perceptron written by hand, below; and with Adam for every
weight. They are trained in turns in one process on one thread, and CPU seconds are counted, so that a busy
machine slows all alike. Code by hand is worth keeping from a fifth of the training rate on.

The floor of an update is the dense products and the sums of rows (embedding bags) in it alone, forward and
backward, called on tensors that are there already.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from learning_run import new_run
from torch import Tensor, nn

from retro_gamer_core.training.loading import load_trainer
from retro_gamer_core.training.loop import TrainingLoop
from retro_gamer_dqn import learner
from retro_gamer_dqn.online_and_target import OnlineAndTarget
from retro_gamer_networks.layers import _sum_of_rows, _SumOfRows
from retro_gamer_networks.occupied_rows import distinct_rows

ROUNDS, TURNS, FIRST = 9, 3_200, 8_000


class ByHand(OnlineAndTarget):
    """Forward and backward passes without autograd's bookkeeping, in inference mode."""

    def online_q_values(self, inputs: Sequence[Tensor]) -> np.ndarray:
        return _forward(self.online, inputs)[-1].numpy()

    def target_q_values(self, inputs: Sequence[Tensor]) -> np.ndarray:
        return _forward(self._target, inputs)[-1].numpy()

    def q_values_and_update(
        self, inputs: Sequence[Tensor]
    ) -> tuple[np.ndarray, Callable[[np.ndarray, float], None]]:
        outputs = _forward(self.online, inputs)

        def update(gradient: np.ndarray, learning_rate: float) -> None:
            self._optimiser.step(
                lambda: _backward(self.online, inputs, outputs, torch.from_numpy(gradient)), learning_rate
            )
            self.updates += 1
            self._target_update.apply(self._target, self.online, self.updates)

        return outputs[-1].numpy(), update


class AdamForAll(OnlineAndTarget):
    """The rows of the first layer are dense weights as all others."""

    def __init__(self, online: nn.Module, *others: Any) -> None:
        online.board.rows.row_by_row = False
        super().__init__(online, *others)


@torch.inference_mode()
def _forward(network: Any, inputs: Sequence[Tensor]) -> list[Tensor]:
    """What each layer gives."""
    rows, _, starts, _ = inputs  # snake's board has no features beside it
    outputs = [_sum_of_rows(network.board.rows, rows, starts).add_(network.board.bias).relu_()]
    *hidden, last = list(network.head)[::2]
    for layer in hidden:
        outputs.append(nn.functional.linear(outputs[-1], layer.weight, layer.bias).relu_())
    outputs.append(nn.functional.linear(outputs[-1], last.weight, last.bias))
    return outputs


@torch.no_grad()
def _backward(network: Any, inputs: Sequence[Tensor], outputs: list[Tensor], gradient: Tensor) -> None:
    for layer, seen in zip(list(network.head)[::-2], reversed(outputs[:-1]), strict=True):
        layer.weight.grad, layer.bias.grad = gradient.t() @ seen, gradient.sum(0)
        gradient = torch.ops.aten.threshold_backward.default(gradient @ layer.weight, seen, 0)

    class Context:
        rows, boards = inputs[:2]
        table_shape = network.board.rows.shape

    network.board.rows.grad, network.board.bias.grad, *_ = _SumOfRows.backward(Context, gradient)


def measure() -> list[dict[str, Any]]:
    """Rows with ``who``, ``turns_per_second`` (of CPU time) and the median ``ratio`` to the product."""
    with tempfile.TemporaryDirectory() as folder:
        loops = {
            "as it is": _loop(Path(folder, "a"), OnlineAndTarget),
            "gradients by hand": _loop(Path(folder, "b"), ByHand),
            "Adam for every weight": _loop(Path(folder, "c"), AdamForAll),
        }
    rates: dict[str, list[float]] = {name: [] for name in loops}
    for loop in loops.values():
        _play(loop, FIRST)
    for _ in range(ROUNDS):
        for name, loop in loops.items():
            rates[name].append(_play(loop, TURNS))
    return [
        {
            "who": name,
            "turns_per_second": median(rate),
            "ratio": median(a / b for a, b in zip(rate, rates["as it is"], strict=True)),
        }
        for name, rate in rates.items()
    ]


def _loop(folder: Path, networks: type) -> TrainingLoop:
    """The loop of a run of its own."""
    settings = {"training": {"game_process": False}}
    job = {"game": "snake", "recipe": "standard", "seed": 1, "settings": settings}
    with patch.object(learner, "OnlineAndTarget", networks):
        return load_trainer(new_run(job, folder)).loop


def _play(loop: TrainingLoop, turns: int) -> float:
    """Turns per second of CPU time in so many turns."""
    events, goal, began = loop.play(10**9), loop.turns + turns, process_time()
    while loop.turns < goal:
        next(events)
    return turns / (process_time() - began)


def floor() -> dict[str, float]:
    """Medians of microseconds of CPU time: ``update``, the same ``update``'s ``floor``, and their ``ratio``."""
    with tempfile.TemporaryDirectory() as folder:
        loop = _loop(Path(folder, "run"), OnlineAndTarget)
    _play(loop, FIRST)
    network: Any = loop.learner._networks.online
    first, last = (layer.weight.detach() for layer in list(network.head)[::2])
    table, rng = network.board.rows.detach(), np.random.default_rng(0)

    @torch.inference_mode()
    def products(seen: Sequence[Tensor], seen_next: Sequence[Tensor], bags: Sequence[Tensor]) -> None:
        for rows, _, starts, _ in (seen, seen_next, seen_next):  # online, and both networks on what came next
            board = _sum_of_rows(table, rows, starts)
            hidden = board @ first.t()
            gradient = hidden @ last.t()
        _ = gradient.t() @ hidden
        hidden = gradient @ last
        _ = hidden.t() @ board
        _sum_of_rows(hidden @ first, *bags)

    times: dict[str, list[float]] = {"update": [], "floor": []}
    for _ in range(500):
        batch = loop.memory.sample(128, rng)
        both = batch.transitions.observations, batch.transitions.next_observations
        seen, seen_next = (loop.learner._networks.inputs(each) for each in both)
        _, order, starts = distinct_rows(seen[0].numpy(), len(table))
        bags = seen[1].take(torch.from_numpy(order)), torch.from_numpy(starts)
        for name, call in (
            ("floor", lambda: products(seen, seen_next, bags)),  # noqa: B023 - called at once
            ("update", lambda: loop.learner.learn(batch)),  # noqa: B023
        ):
            began = process_time()
            call()
            times[name].append(1e6 * (process_time() - began))
    medians = {name: median(each) for name, each in times.items()}
    return {**medians, "ratio": medians["update"] / medians["floor"]}


if __name__ == "__main__":
    measured = floor()
    print(
        "an update takes {update:,.0f} µs, its products and sums of rows {floor:,.0f}: {ratio:.2f} ×".format(
            **measured
        )
    )
    for row in measure():
        print(f"{row['who']:24} {row['turns_per_second']:9,.0f} turns/s of CPU   {row['ratio']:5.2f} ×")
