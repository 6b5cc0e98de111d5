"""The two networks of deep Q-learning: one learns, the other is what it learns against."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from retro_gamer_core import Observations, ObservationSpec
from retro_gamer_dqn.growing import can_grow, copy_weights, spread
from retro_gamer_dqn.guesses import ways_through
from retro_gamer_dqn.optimiser import NetworkOptimiser
from retro_gamer_dqn.plain_state import count, from_plain, to_plain
from retro_gamer_dqn.target_network import Averaged, Copied


class TwoNetworks:
    """The learning network with its optimiser, and the target network, on one device.

    Args:
        online: the learning network, fresh.
        build_network: makes another one like it.
        spec: what is observed.
        device: torch's name of it.
        target_rule: how the target network follows.
        max_gradient_norm: see ``NetworkOptimiser``.

    Values are ``float32[n, n_actions]``.
    """

    def __init__(
        self,
        online: nn.Module,
        build_network: Callable[[ObservationSpec], nn.Module],
        spec: ObservationSpec,
        device: str,
        target_rule: Copied | Averaged,
        max_gradient_norm: float,
    ) -> None:
        self.online = online.to(device)
        self.updates = 0
        self._build_network = build_network
        self.spec = spec
        self._device = device
        self._target_rule = target_rule
        self._max_gradient_norm = max_gradient_norm
        self._prepare = getattr(online, "prepare", None)
        self._forward, self._with_slopes = ways_through(online)
        self._target = build_network(spec).to(device)
        # Whatever a network does only while it learns, such as dropout, is for ``guesses`` alone.
        self.online.eval()
        self._target.eval()
        self._target.load_state_dict(self.online.state_dict())
        self._optimiser = NetworkOptimiser(self.online, max_gradient_norm)

    @property
    def playing(self) -> nn.Module:
        """The network that plays where nothing is learned: the steadier one, if there is one."""
        return self._target if self._target_rule.plays else self.online

    def inputs(self, observations: Observations) -> list[Tensor]:
        """What both networks take. A network may prepare it in numpy (``prepare``), once for both."""
        cells, features = observations.cells, observations.features
        if self._prepare is None:
            return self._to_device(cells, features)
        return [tensor.to(self._device) for tensor in self._prepare(cells, features)]

    def online_values(self, inputs: list[Tensor]) -> np.ndarray:
        return self._forward(self.online, inputs).cpu().numpy()

    def target_values(self, inputs: list[Tensor]) -> np.ndarray:
        return self._forward(self._target, inputs).cpu().numpy()

    def playing_values(self, inputs: list[Tensor]) -> np.ndarray:
        return self._forward(self.playing, inputs).cpu().numpy()

    def playing_weights(self) -> dict[str, np.ndarray]:
        """The weights of the network that plays, by name."""
        return to_plain(self.playing.state_dict())

    def guesses(self, inputs: list[Tensor]) -> tuple[np.ndarray, Callable[[np.ndarray, float], None]]:
        """Values by the learning network, and what improves them.

        The latter takes how the loss changes with each value, ``float32[n, n_actions]``, and the learning
        rate, and is one update.
        """
        values, pull_back = self._with_slopes(self.online, inputs)
        return values.cpu().numpy(), partial(self._update, pull_back)

    def _update(self, pull_back: Callable[[Tensor], None], slopes: np.ndarray, learning_rate: float) -> None:
        self._optimiser.step(partial(pull_back, *self._to_device(slopes)), learning_rate)
        self.updates += 1
        self._target_rule.move(self._target, self.online, self.updates)

    def _to_device(self, *arrays: np.ndarray) -> list[Tensor]:
        return [torch.from_numpy(array).to(self._device) for array in arrays]

    def grown(self, spec: ObservationSpec, codes: np.ndarray) -> TwoNetworks | None:
        """Two networks that know more characters and what these know; None where that cannot be done."""
        if not can_grow(self.online) or spec.features != self.spec.features:
            return None
        channels = torch.from_numpy(codes[1 : self.spec.n_codes].astype(np.int64) - 1)
        new = TwoNetworks(
            self._build_network(spec),
            self._build_network,
            spec,
            self._device,
            self._target_rule,
            self._max_gradient_norm,
        )
        places = copy_weights(self.online, new.online, channels)
        copy_weights(self._target, new._target, channels)
        averages = self._optimiser.state_dict()
        for kind, fresh in new._optimiser.state_dict().items():
            if isinstance(fresh, dict):  # running averages by the name of the weight
                old = averages[kind]
                averages[kind] = {
                    name: spread(old[name], like, places.get(name)) for name, like in fresh.items()
                }
        new._optimiser.load_state_dict(averages)
        new.updates = self.updates
        return new

    def explain(self) -> list[str]:
        return [self._target_rule.explain()]

    def state_dict(self) -> dict[str, Any]:
        """Everything needed to go on exactly here, as plain arrays."""
        return {
            "online": to_plain(self.online.state_dict()),
            "target": to_plain(self._target.state_dict()),
            "optimiser": to_plain(self._optimiser.state_dict()),
            "updates": self.updates,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on exactly where ``state_dict`` was taken."""
        self.online.load_state_dict(from_plain(state["online"]))
        self._target.load_state_dict(from_plain(state["target"]))
        self._optimiser.load_state_dict(from_plain(state["optimiser"]))
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

    def load_checkpoint(self, contents: dict[str, Any]) -> None:
        """Both networks become the one that ``checkpoint`` kept."""
        self.online.load_state_dict(contents["model_state_dict"])
        self._target.load_state_dict(contents["model_state_dict"])
        self._optimiser.load_state_dict(contents["optimizer_state_dict"])
        self.updates = count(contents, "updates")
