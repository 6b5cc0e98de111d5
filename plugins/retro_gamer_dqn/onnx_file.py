"""A network as an ONNX model: what learned here can play from JavaScript, C#, Rust, or a phone.

The model takes what the encoder writes, not a one-hot vector, because that is small and easily made in
any language: the code of each cell, and the numbers beside the board. It gives one number for each action,
in units of the reward. Moving a centred view is done inside. What the codes and numbers mean stands in
the model's ``metadata_props``, each value as JSON.

===================  ==========================================  =====================================
name                 shape and type                              there when
===================  ==========================================  =====================================
``cells``            ``uint8[n, height, width]``                 a board is seen
``features``         ``float32[n, n_features]``                  numbers are seen beside it
``q_values``         ``float32[n, n_actions]``                   always
===================  ==========================================  =====================================
"""

from __future__ import annotations

import copy
import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from retro_gamer_core import Observations, ObservationSpec, RetroGamerError
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.runs.atomic_files import replace_file

_OPSET = 18
"""What torch itself writes; a higher one would only shut out older programs."""

_TRIED_ON = (1, 3)
"""Sizes of the batches on which a model is compared with the network before it is written."""


def save(
    path: Path,
    network: nn.Module,
    spec: ObservationSpec,
    values: Callable[[Observations], np.ndarray],
    *,
    scale: float,
    facts: Mapping[str, Any],
) -> None:
    """Write ``network`` as an ONNX model that gives ``scale`` times its outputs.

    Args:
        path: the file.
        network: takes ``(cells, features)``, or offers ``without_prepare``.
        spec: what it sees.
        values: what the model must give, ``float32[n, n_actions]``; it is compared before it is written.
        scale: turns the outputs into units of the reward.
        facts: plain values to keep in the model's ``metadata_props``, beside ``spec``.

    Raises:
        RetroGamerError: the extra is not installed, or the network cannot be written as ONNX.
    """
    _require_onnx()
    module = _Documented(_without_prepare(network), spec, scale)
    try:
        with _quietly():
            model = _model(module, spec)
            same = _plays_the_same(model, values, spec)
    except Exception as error:  # torch and onnx raise whatever they met in somebody's network
        raise _cannot_be_written(in_words(error)[:200]) from error
    if not same:
        raise _cannot_be_written("it would give other numbers there than here")
    _describe(model, {"spec": spec.to_dict(), **facts})
    replace_file(path, lambda temporary: temporary.write_bytes(model.SerializeToString()))


class _Documented(nn.Module):
    """A network with the inputs and the output that the table above promises."""

    def __init__(self, network: nn.Module, spec: ObservationSpec, scale: float) -> None:
        super().__init__()
        self.network = network
        self.spec = spec
        self.scale = scale
        present = {"cells": spec.height * spec.width, "features": spec.n_features}
        self.inputs = [name for name, size in present.items() if size]

    def forward(self, *given: Tensor) -> Tensor:
        seen = dict(zip(self.inputs, given, strict=True))
        n = given[0].shape[0]
        cells = seen.get("cells", torch.zeros(n, self.spec.height, self.spec.width, dtype=torch.uint8))
        values = self.network(cells, seen.get("features", torch.zeros(n, self.spec.n_features)))
        return values if self.scale == 1 else values * self.scale


def _require_onnx() -> None:
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401 (torch uses it)
    except ImportError as error:
        raise RetroGamerError(
            f"writing ONNX needs {error.name}, which is not installed",
            why="it is large, and only this needs it",
            hint='pip install "retro-gamer[onnx]"',
        ) from error


def _without_prepare(network: nn.Module) -> nn.Module:
    """The network on the processor, taking tensors."""
    without_prepare = getattr(network, "without_prepare", None)
    if without_prepare is not None:
        network = without_prepare()
    elif hasattr(network, "prepare"):
        raise _cannot_be_written(
            "it prepares what it sees in numpy",
            hint="its author can add a method without_prepare beside prepare",
        )
    return copy.deepcopy(network).cpu().eval()


def _model(module: _Documented, spec: ObservationSpec) -> Any:
    """The ``onnx.ModelProto``."""
    seen = _random_observations(3, spec)
    examples = tuple(torch.from_numpy(getattr(seen, name)) for name in module.inputs)
    program = torch.onnx.export(
        _traced(module, examples),
        dynamo=True,
        input_names=module.inputs,
        output_names=["q_values"],
        opset_version=_OPSET,
        verbose=False,
    )
    if program is None:
        raise _cannot_be_written("torch made nothing of it")
    return program.model_proto


def _traced(module: nn.Module, examples: tuple[Tensor, ...]) -> torch.export.ExportedProgram:
    """Any number of observations at once; or one, where the network's code allows no more."""
    n = torch.export.Dim("n")
    try:
        return torch.export.export(module, examples, dynamic_shapes=(tuple({0: n} for _ in examples),))
    except Exception:  # "your code specialized it to be a constant": len(cells), for example
        return torch.export.export(module, tuple(example[:1] for example in examples))


def _plays_the_same(model: Any, values: Callable[[Observations], np.ndarray], spec: ObservationSpec) -> bool:
    """Try the model on a few boards: better no file than one that plays something else."""
    from onnx.reference import ReferenceEvaluator

    one_at_a_time = model.graph.input[0].type.tensor_type.shape.dim[0].HasField("dim_value")
    player = ReferenceEvaluator(model)
    for n in _TRIED_ON[:1] if one_at_a_time else _TRIED_ON:
        seen = _random_observations(n, spec)
        wanted = values(seen)
        [given] = player.run(None, {put.name: getattr(seen, put.name) for put in model.graph.input})
        if not np.allclose(given, wanted, rtol=1e-3, atol=1e-3 * max(1e-3, abs(wanted).max())):
            return False
    return True


def _random_observations(n: int, spec: ObservationSpec) -> Observations:
    rng = np.random.default_rng(n)
    cells = rng.integers(0, spec.n_codes, (n, spec.height, spec.width), dtype=np.uint8)
    features = rng.random((n, spec.n_features), dtype=np.float32)
    if spec.centred:
        features[:, :2] = rng.integers(0, (spec.width, spec.board_height), (n, 2))
    return Observations(cells, features)


def _describe(model: Any, facts: Mapping[str, Any]) -> None:
    """Put the facts in, and take out what torch left for its developers: paths of this computer among it."""
    import onnx

    graph = model.graph
    for thing in (*graph.node, *graph.input, *graph.output, *graph.initializer, graph):
        thing.doc_string = ""
        del thing.metadata_props[:]
    del graph.value_info[:]
    for thing in (*graph.input, *graph.output):
        first = thing.type.tensor_type.shape.dim[0]
        if first.dim_param:
            first.dim_param = "n"
    model.producer_name, model.producer_version = "retro-gamer", ""
    onnx.helper.set_model_props(model, {name: json.dumps(fact) for name, fact in facts.items()})


@contextmanager
def _quietly() -> Iterator[None]:
    """torch tells its own developers a lot on the way."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(before)


def _cannot_be_written(reason: str, hint: str = "") -> RetroGamerError:
    return RetroGamerError(
        f"the network cannot be written as ONNX: {reason}",
        why="ONNX knows fixed steps of computing with arrays, not every line of Python",
        hint=hint or 'the built-in networks can be: network = "mlp" or "cnn" in [model]',
    )
