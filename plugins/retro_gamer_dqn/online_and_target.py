"""The two networks of deep Q-learning: the online one learns, the target network is what it learns against."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from retro_gamer_core import Observations, ObservationSpec
from retro_gamer_dqn.checkpoint import count
from retro_gamer_dqn.optimiser import NetworkOptimiser

_UPDATES_BETWEEN_AVERAGES = 100
"""Averaging all weights costs as much as an update, so it is done only this often."""


class HardUpdate:
    """The target network is a copy, renewed every so many updates (Mnih et al. 2015)."""

    target_plays = False
    """Whether the target network is the one that plays where nothing is learned."""

    def __init__(self, every: int) -> None:
        self._every = every

    def apply(self, target: nn.Module, online: nn.Module, updates: int) -> None:
        """After so many updates of ``online``."""
        if updates % self._every == 0:
            target.load_state_dict(online.state_dict())

    def explain(self) -> str:
        return f"target network: copied from the learning network every {self._every} updates"


class PolyakUpdate:
    """The target network is an exponential moving average of the online network's weights.

    Polyak and Juditsky 1992; as a target, Lillicrap et al. 2016, "Continuous control with deep
    reinforcement learning", section 3. An average wavers less than what it is the average of, so it plays.

    Args:
        horizon: over about how many updates is averaged (one over the τ of the papers).
    """

    target_plays = True

    def __init__(self, horizon: int) -> None:
        self._horizon = horizon
        self._weight_of_newest = 1.0 - math.exp(-_UPDATES_BETWEEN_AVERAGES / horizon)

    def apply(self, target: nn.Module, online: nn.Module, updates: int) -> None:
        """After so many updates of ``online``. Integers, such as a count of batches, are copied."""
        if updates % _UPDATES_BETWEEN_AVERAGES:
            return
        newest = online.state_dict()  # of both without gradients, as ``state_dict`` gives them
        for name, average in target.state_dict().items():
            if average.is_floating_point():
                average.lerp_(newest[name], self._weight_of_newest)
            else:
                average.copy_(newest[name])

    def explain(self) -> str:
        return (
            f"target network: the average of the learning network over about {self._horizon:,} updates; it wavers "
            "less, so it is also the one that plays when the agent is watched or tested"
        )


class OnlineAndTarget:
    """The online network with its optimiser, and the target network, on one device.

    Args:
        online: the network that learns, fresh.
        build_network: makes another one like it.
        spec: what is observed.
        device: torch's name of it.
        target_update: how the target network follows.
        max_gradient_norm: see ``NetworkOptimiser``.

    Q-values are ``float32[n, n_actions]``.
    """

    def __init__(
        self,
        online: nn.Module,
        build_network: Callable[[ObservationSpec], nn.Module],
        spec: ObservationSpec,
        device: str,
        target_update: HardUpdate | PolyakUpdate,
        max_gradient_norm: float,
    ) -> None:
        self.online = online.to(device)
        self.updates = 0
        self._build_network = build_network
        self.spec = spec
        self._device = device
        self._target_update = target_update
        self._max_gradient_norm = max_gradient_norm
        self._prepare = getattr(online, "prepare", None)
        self._target = build_network(spec).to(device)
        self._differs_in_training = not getattr(online, "same_in_training", False)
        # Dropout and the like are only for the Q-values that are learned from.
        self.online.eval()
        self._target.eval()
        self._target.load_state_dict(self.online.state_dict())
        self._optimiser = NetworkOptimiser(self.online, max_gradient_norm)

    @property
    def playing(self) -> nn.Module:
        """The network that plays where nothing is learned: the steadier one, if there is one."""
        return self._target if self._target_update.target_plays else self.online

    def inputs(self, observations: Observations) -> Sequence[Tensor]:
        """What both networks take. A network may prepare it in numpy (``prepare``), once for both."""
        cells, features = observations.cells, observations.features
        if self._prepare is None:
            return self._to_device(cells, features)
        prepared = self._prepare(cells, features)
        return prepared if self._device == "cpu" else [tensor.to(self._device) for tensor in prepared]

    def online_q_values(self, inputs: Sequence[Tensor]) -> np.ndarray:
        with torch.no_grad():
            return self.online(*inputs).cpu().numpy()

    def target_q_values(self, inputs: Sequence[Tensor]) -> np.ndarray:
        with torch.no_grad():
            return self._target(*inputs).cpu().numpy()

    def playing_q_values(self, inputs: Sequence[Tensor]) -> np.ndarray:
        with torch.no_grad():
            return self.playing(*inputs).cpu().numpy()

    def playing_weights(self) -> dict[str, np.ndarray]:
        """The weights of the network that plays, by name."""
        return _to_arrays(self.playing.state_dict())

    def q_values_and_update(
        self, inputs: Sequence[Tensor]
    ) -> tuple[np.ndarray, Callable[[np.ndarray, float], None]]:
        """Q-values of the online network, and one update of it.

        The update takes the derivative of the loss by each Q-value, ``float32[n, n_actions]``, and the
        learning rate.
        """
        if self._differs_in_training:
            self.online.train()
        with torch.enable_grad():
            q_values = self.online(*inputs)
        if self._differs_in_training:
            self.online.eval()
        return q_values.detach().cpu().numpy(), partial(self._update, q_values)

    def _update(self, q_values: Tensor, gradient: np.ndarray, learning_rate: float) -> None:
        self._optimiser.step(partial(q_values.backward, *self._to_device(gradient)), learning_rate)
        self.updates += 1
        self._target_update.apply(self._target, self.online, self.updates)

    def _to_device(self, *arrays: np.ndarray) -> list[Tensor]:
        return [torch.from_numpy(array).to(self._device) for array in arrays]

    def grown(self, spec: ObservationSpec, codes: np.ndarray) -> OnlineAndTarget | None:
        """Two networks that know more characters, and what these know; None where that cannot be done.

        Weights keep their values, and those of added characters start at zero. So boards without new
        characters have the same Q-values as before, and boards with them those that they had while the
        new characters looked like empty cells.
        """
        if not hasattr(self.online, "old_weights_in") or spec.features != self.spec.features:
            return None
        channels = torch.from_numpy(codes[1 : self.spec.n_codes].astype(np.int64) - 1)
        new = OnlineAndTarget(
            self._build_network(spec),
            self._build_network,
            spec,
            self._device,
            self._target_update,
            self._max_gradient_norm,
        )
        places = _copy_weights(self.online, new.online, channels)
        _copy_weights(self._target, new._target, channels)
        averages = self._optimiser.state_dict()
        for kind, fresh in new._optimiser.state_dict().items():
            if isinstance(fresh, dict):  # running averages by the name of the weight
                old = averages[kind]
                averages[kind] = {
                    name: _scatter(old[name], like, places.get(name)) for name, like in fresh.items()
                }
        new._optimiser.load_state_dict(averages)
        new.updates = self.updates
        return new

    def explain_optimiser(self) -> str:
        return self._optimiser.explain()

    def explain_target(self) -> str:
        return self._target_update.explain()

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on exactly here, as plain arrays."""
        return {
            "online": _to_arrays(self.online.state_dict()),
            "target": _to_arrays(self._target.state_dict()),
            "optimiser": _to_arrays(self._optimiser.state_dict()),
            "updates": self.updates,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on exactly where ``state_dict`` was taken."""
        self.online.load_state_dict(_to_tensors(state["online"]))
        self._target.load_state_dict(_to_tensors(state["target"]))
        self._optimiser.load_state_dict(_to_tensors(state["optimiser"]))
        self.updates = count(state, "updates")

    def checkpoint(self) -> dict[str, Any]:
        """What is needed to play, and to learn on from about here."""
        return {
            "model_state_dict": self.playing.state_dict(),
            "optimizer_state_dict": self._optimiser.state_dict(),
            "updates": self.updates,
        }

    def first_spoilt(self) -> str | None:
        """The first weight that is not all ordinary numbers. Only what is learned counts: a mask may be infinite."""
        weights = self.online.named_parameters()
        return next((name for name, weight in weights if not torch.isfinite(weight).all()), None)

    def load_checkpoint(self, contents: Mapping[str, Any]) -> None:
        """Both networks become the one that ``checkpoint`` kept."""
        self.online.load_state_dict(contents["model_state_dict"])
        self._target.load_state_dict(contents["model_state_dict"])
        self._optimiser.load_state_dict(contents["optimizer_state_dict"])
        self.updates = count(contents, "updates")


@torch.no_grad()
def _copy_weights(old: nn.Module, new: nn.Module, channels: Tensor) -> dict[str, tuple[int, Tensor]]:
    """Fill ``new`` with the weights of ``old``; old channel c is ``channels[c]`` in the new one.

    Returns where the entries went, by parameter name, for whatever else has the same shape.
    """
    old_weights_in = getattr(new, "old_weights_in", None)
    places = old_weights_in(channels) if old_weights_in else {}
    old_weights = dict(old.named_parameters())
    for name, weight in new.named_parameters():
        weight.copy_(_scatter(old_weights[name], weight, places.get(name)))
    old_buffers = dict(old.named_buffers())
    for name, buffer in new.named_buffers():
        buffer.copy_(old_buffers[name])
    return places


def _scatter(old: Tensor, like: Tensor, place: tuple[int, Tensor] | None) -> Tensor:
    """``old`` put into a tensor shaped like ``like``: at ``index`` along ``axis``, zeros elsewhere."""
    if place is None:
        return old.clone()
    axis, index = place
    return torch.zeros_like(like).index_copy_(axis, index.to(like.device), old)


def _to_arrays(value: Any) -> Any:
    """The same nest with a copy of each tensor as a numpy array: the core keeps state without torch."""
    return _mapped(value, Tensor, lambda tensor: tensor.detach().cpu().numpy().copy())


def _to_tensors(value: Any) -> Any:
    """The inverse of ``_to_arrays``."""
    return _mapped(value, np.ndarray, lambda array: torch.from_numpy(array.copy()))


def _mapped(value: Any, kind: type, convert: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _mapped(item, kind, convert) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_mapped(item, kind, convert) for item in value)
    return convert(value) if isinstance(value, kind) else value
