"""A network of your own: any ``torch.nn.Module``, named by import path.

    class Tiny(nn.Module):
        def __init__(self, n_inputs, n_outputs):
            super().__init__()
            self.layer = nn.Linear(n_inputs, n_outputs)

        def forward(self, x):                 # x: float32[n, n_inputs], the documented flat vector
            return self.layer(x)

A module whose ``forward`` takes two arguments gets ``(cells, features)`` as the built-in ones do.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from retro_gamer_core import ObservationSpec, RetroGamerError
from retro_gamer_core.errors import PluginError
from retro_gamer_core.plugins.diagnosis import in_words, last_line_in
from retro_gamer_core.plugins.part_building import load_factory
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_networks.layers import one_hot_board


class FlatInput(nn.Module):
    """Feeds the flat one-hot vector to a module that takes one argument. Its weights keep the names they have there."""

    def __init__(self, module: nn.Module, spec: ObservationSpec) -> None:
        super().__init__()
        self.module = module
        self.spec = spec
        self.register_state_dict_post_hook(_with_own_names)
        self.register_load_state_dict_pre_hook(_with_names_of_wrapper)

    def explain(self) -> list[str]:
        explain: Callable[[], list[str]] | None = getattr(self.module, "explain", None)
        return explain() if explain else []

    def forward(self, cells: Tensor, features: Tensor) -> Tensor:
        board = one_hot_board(cells, features, self.spec)
        if not self.spec.channel_first:
            board = board.permute(0, 2, 3, 1)
        beside = features[:, self.spec.n_features - self.spec.n_view_features :]
        try:
            return self.module(torch.cat([board.flatten(start_dim=1), beside], dim=1))
        except Exception as error:
            raise _failed(type(self.module), error) from error


def _with_own_names(wrapper: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
    for name in [name for name in state if name.startswith(f"{prefix}module.")]:
        state[prefix + name.removeprefix(f"{prefix}module.")] = state.pop(name)


def _with_names_of_wrapper(wrapper: nn.Module, state: dict[str, Any], prefix: str, *_: Any) -> None:
    own = [prefix + name for name in wrapper.state_dict()]
    if set(own) == {
        name for name in state if name.startswith(prefix)
    }:  # else they were saved with the longer names
        for name in own:
            state[f"{prefix}module.{name.removeprefix(prefix)}"] = state.pop(name)


def build(
    spec: ObservationSpec,
    n_outputs: int,
    *,
    factory: str | Callable[..., nn.Module] | nn.Module,
    **options: Any,
) -> nn.Module:
    """Build ``factory`` (a class or function, or its import path) and make it take an observation.

    A module that is built already is only made to take one.

    The first parameters of ``factory`` may be called ``(n_inputs, n_outputs)``, ``(spec, n_outputs)``
    or be absent; ``options`` are passed on by name.

    Raises:
        RetroGamerError: it asks for something else, is no ``nn.Module``, or gives another number
            of outputs than there are actions.
    """
    if isinstance(factory, nn.Module):
        return _fitted(factory, spec, n_outputs, type(factory))
    make = _loaded(factory) if isinstance(factory, str) else factory
    name = getattr(make, "__qualname__", repr(make))
    parameters = inspect.signature(make).parameters.values()
    asked = [p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    offered = {"spec": spec, "n_inputs": spec.n_inputs, "n_outputs": n_outputs}
    unknown = [parameter for parameter in asked if parameter not in offered and parameter not in options]
    if unknown:
        raise RetroGamerError(
            f"the network {name} needs a value for {', '.join(unknown)}",
            where=_source_of(make),
            why="a network is built with n_inputs and n_outputs (or spec and n_outputs) and the options of "
            "[model] in config.toml",
            hint=f"write {unknown[0]} = … in [model], or give the parameter a default",
        )
    try:
        module = make(**{p: offered[p] for p in asked if p in offered}, **options)
    except RetroGamerError:
        raise
    except Exception as error:
        raise _failed(make, error) from error
    if not isinstance(module, nn.Module):
        raise RetroGamerError(
            f"{name} gave a {type(module).__name__}, not a torch.nn.Module",
            where=_source_of(make),
            hint="return the module, or name the class itself",
        )
    return _fitted(module, spec, n_outputs, make)


def _fitted(module: nn.Module, spec: ObservationSpec, n_outputs: int, made_by: Any) -> nn.Module:
    name, where = getattr(made_by, "__qualname__", repr(made_by)), _source_of(made_by)
    takes_observation = hasattr(module, "prepare") or not _takes_one_argument(module)
    network = module if takes_observation else FlatInput(module, spec)
    _check_outputs(network, spec, n_outputs, name, where)
    return network


def _check_outputs(network: nn.Module, spec: ObservationSpec, n_outputs: int, name: str, where: str) -> None:
    cells, features = (
        torch.zeros(2, spec.height, spec.width, dtype=torch.uint8),
        torch.zeros(2, spec.n_features),
    )
    inputs: tuple[Tensor, ...] = cells, features
    try:
        if (prepare := getattr(network, "prepare", None)) is not None:
            inputs = prepare(cells.numpy(), features.numpy())
        with torch.no_grad():
            outputs = network.eval()(*inputs)
    except Exception as error:
        cause = error.__cause__ if isinstance(error, PluginError) else error
        if not isinstance(cause, RuntimeError):
            raise error if isinstance(error, PluginError) else _failed(type(network), error) from error
        raise RetroGamerError(
            f"the network {name} cannot take an observation: {cause}",
            where=where,
            why=f"it was given 2 observations of {spec.n_inputs} numbers each",
            hint=f"make the first layer take {spec.n_inputs} inputs (the argument n_inputs)",
        ) from error
    if not any(weight.requires_grad for weight in network.parameters()):
        raise RetroGamerError(
            f"the network {name} has no weights that can be learned",
            where=where,
            why="learning moves weights; without any, the same answer comes out for ever",
            hint="give it at least one layer, as self.layer = nn.Linear(n_inputs, n_outputs) in __init__",
        )
    shape = tuple(outputs.shape) if isinstance(outputs, Tensor) else f"of a {type(outputs).__name__}"
    if shape != (2, n_outputs):
        raise RetroGamerError(
            f"the network {name} gives numbers of shape {shape} for 2 observations",
            where=where,
            why=f"there must be one number for each of the {n_outputs} actions: shape (2, {n_outputs})",
            hint="make the last layer give n_outputs numbers",
        )


def _failed(factory: Any, error: Exception) -> PluginError:
    """The student's own code raised an error: say so, with its last line."""
    name, module = getattr(factory, "__qualname__", repr(factory)), getattr(factory, "__module__", "")
    return PluginError(
        f"the network {name} failed: {in_words(error)}",
        where=last_line_in(module, error) or _source_of(factory),
        hint="correct that line; what was saved before is still there",
    )


def _takes_one_argument(module: nn.Module) -> bool:
    parameters = inspect.signature(module.forward).parameters.values()
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return len([p for p in parameters if p.default is p.empty and p.kind in positional]) == 1


def _source_of(factory: Any) -> str:
    try:
        return f"{inspect.getsourcefile(factory)}:{inspect.getsourcelines(factory)[1]}"
    except (OSError, TypeError):
        return repr(factory)


def _loaded(name: str) -> Callable[..., nn.Module]:
    return load_factory(installed_plugins().find_part("network", name))
