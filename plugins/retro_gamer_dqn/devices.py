"""Where to compute: on the processor or on a graphics card, and with how many cores."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch
from torch import nn

from retro_gamer_core import RetroGamerError


@dataclass(frozen=True)
class Device:
    """A torch device name, the number of processor threads, and why."""

    name: str
    threads: int
    reason: str


def choose_device(asked: str, network: nn.Module, threads: int | None) -> Device:
    """The device for ``network``; ``asked`` is ``"auto"``, ``"cpu"``, ``"cuda"`` or ``"mps"``.

    Raises:
        RetroGamerError: the device asked for is not there.
    """
    convolves = any(isinstance(layer, nn.Conv2d) for layer in network.modules())
    threads = threads or (os.cpu_count() or 1 if convolves else 1)
    available = {"cpu"}
    if torch.cuda.is_available():
        available.add("cuda")
    if torch.backends.mps.is_available():
        available.add("mps")
    if asked != "auto":
        if asked not in available:
            raise RetroGamerError(
                f"this computer has no device {asked!r}",
                where=f'device = "{asked}" in [training]',
                why="torch offers " + " and ".join(sorted(available)) + " here",
                hint='device = "auto"',
            )
        if asked == "mps" and any(getattr(weight, "row_by_row", False) for weight in network.parameters()):
            raise RetroGamerError(
                "this network cannot be trained on an Apple graphics card",
                where='device = "mps" in [training]',
                why="its first layer moves only the rows of weights that were used, and torch cannot do that there",
                hint='device = "cpu", which is faster for so small a network anyway',
            )
        return Device(asked, threads, "because the configuration says so")
    card = next((name for name in ("cuda", "mps") if name in available), None)
    if card and convolves:
        return Device(card, threads, "because a graphics card is good at convolutions")
    if card:
        return Device(
            "cpu", threads, f"although there is {card}: without convolutions, sending data there costs more"
        )
    cores = "one processor core" if threads == 1 else f"{threads} processor cores"
    return Device("cpu", threads, f"with {cores}, as there is no graphics card that torch can use")
