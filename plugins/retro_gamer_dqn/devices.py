"""Where to compute: on the processor or on a graphics card, and with how many threads.

A card computes a large layer in no time but takes long to be told to, so for small networks it is
often the slower one. No rule knows that of every card; where there is one, both are measured.

Threads are chosen by rule and not by measuring, since sums over other threads are rounded
differently, and the same seed must give the same run: one, unless somebody says another number.
Threads that share a sum wait for each other by spinning, and so take turns from whatever else
computes here, such as the run's own second process (see ``tests/benchmarks/threads.py``).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import torch
from torch import nn

from retro_gamer_core import ObservationSpec, RetroGamerError
from retro_gamer_dqn.optimiser import NetworkOptimiser

_BATCH, _WARM_UPS, _UPDATES = 64, 3, 10


@dataclass(frozen=True)
class Device:
    """A torch device name, the number of processor threads, and why."""

    name: str
    threads: int
    reason: str


def choose_device(
    asked: str, network: nn.Module, threads: int | None, seconds_per_update: Callable[[str], float]
) -> Device:
    """The device for ``network``.

    Args:
        asked: ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.
        threads: processor threads; None for those of ``OMP_NUM_THREADS``, or else one.
        seconds_per_update: measures an update on a device; only called for ``"auto"`` with a card.

    Raises:
        RetroGamerError: the device asked for is not there.
    """
    threads, whose = _threads(threads)
    cores = f"{threads} processor thread{'s' if threads > 1 else ''} ({whose})"
    cards = [name for name, module in _CARDS.items() if module.is_available()]
    has_tables = any(getattr(weight, "row_by_row", False) for weight in network.parameters())
    if asked != "auto":
        _refuse_what_cannot_be(asked, cards, has_tables)
        return Device(asked, threads, f"because the configuration says so, with {cores}")
    if has_tables and "mps" in cards:
        cards.remove("mps")
    if not cards:
        return Device(
            "cpu", threads, f"with {cores}, as there is no graphics card that torch can use for this"
        )
    milliseconds = {name: _measured(name, seconds_per_update) * 1000 for name in ("cpu", *cards)}
    fastest = min(milliseconds, key=milliseconds.__getitem__)
    figures = ", ".join(
        f"{name} {'failed' if time == float('inf') else f'{time:.1f} ms'}"
        for name, time in milliseconds.items()
    )
    return Device(
        fastest,
        threads,
        f"measured as the fastest for one update: {figures}; device = … overrides this; with {cores}",
    )


def _threads(asked: int | None) -> tuple[int, str]:
    """How many processor threads, and who says so."""
    if asked:
        return asked, "as the setting threads says"
    outside = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if outside.isdecimal() and int(outside):
        return int(outside), "as OMP_NUM_THREADS says"
    return 1, "more would round sums differently and disturb what else computes here; threads = … changes it"


_CARDS = {"cuda": torch.cuda, "mps": torch.backends.mps}


def seconds_per_update(
    build_network: Callable[[ObservationSpec], nn.Module], spec: ObservationSpec, device: str
) -> float:
    """Measures an update of such a network: Q-values, gradients and a step of the optimiser."""
    network = build_network(spec).to(device)
    optimiser = NetworkOptimiser(network, max_gradient_norm=10.0)
    rng = np.random.default_rng(0)
    cells = rng.integers(0, spec.n_codes, (_BATCH, spec.height, spec.width), dtype=np.uint8)
    features = np.zeros((_BATCH, spec.n_features), np.float32)
    prepare = getattr(network, "prepare", lambda *arrays: [torch.from_numpy(array) for array in arrays])
    began = perf_counter()
    for update in range(_WARM_UPS + _UPDATES):
        if update == _WARM_UPS:
            began = perf_counter()
        q_values = network(*(tensor.to(device) for tensor in prepare(cells, features)))
        optimiser.step(q_values.square().mean().backward, 1e-4)
        q_values.sum().item()  # waits until the card is done
    return (perf_counter() - began) / _UPDATES


def _measured(device: str, measure: Callable[[str], float]) -> float:
    try:
        return measure(device)
    except RuntimeError:  # a card that is too old, too full, or too new for this torch
        if device == "cpu":
            raise
        return float("inf")


def _refuse_what_cannot_be(asked: str, cards: list[str], has_tables: bool) -> None:
    if asked not in ("cpu", *cards):
        raise RetroGamerError(
            f"this computer has no device {asked!r}",
            where=f'device = "{asked}" in [training]',
            why="torch offers " + " and ".join(["cpu", *cards]) + " here",
            hint='device = "auto"',
        )
    if asked == "mps" and has_tables:
        raise RetroGamerError(
            "this network cannot be trained on an Apple graphics card",
            where='device = "mps" in [training]',
            why="its first layer moves only the rows of weights that were used, and torch cannot do that there",
            hint='device = "cpu", which is faster for so small a network anyway',
        )
