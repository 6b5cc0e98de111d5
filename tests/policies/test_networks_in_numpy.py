"""The built-in networks give the same numbers in numpy as in torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from learning.made_by_hand import some_observations, specs

from retro_gamer_core import Observations, ObservationSpec
from retro_gamer_networks import cnn, in_numpy, mlp

SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=3)


def weights_of(module: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: weight.numpy() for name, weight in module.state_dict().items()}


@torch.no_grad()
def in_torch(module: torch.nn.Module, seen: Observations) -> np.ndarray:
    if hasattr(module, "prepare"):
        return module(*module.prepare(seen.cells, seen.features)).numpy()
    return module(torch.from_numpy(seen.cells), torch.from_numpy(seen.features)).numpy()


@settings(deadline=None, max_examples=80)
@given(
    spec=specs(),
    sizes=SIZES,
    n=st.integers(1, 6),
    n_outputs=st.integers(1, 5),
    nearby=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_the_mlp(spec, sizes, n, n_outputs, nearby, seed):
    torch.manual_seed(seed)
    module = mlp.build(spec, n_outputs, hidden_sizes=sizes, nearby=nearby)
    torch.nn.init.normal_(module.board.rows)
    seen = some_observations(spec, n, seed)
    plays = in_numpy.mlp(spec, n_outputs, weights_of(module), hidden_sizes=sizes, nearby=nearby)
    values = plays(seen.cells, seen.features)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, in_torch(module, seen), rtol=1e-4, atol=1e-5)


@settings(deadline=None, max_examples=40)
@given(
    spec=specs().filter(lambda spec: spec.height),
    sizes=SIZES,
    n=st.integers(1, 4),
    n_outputs=st.integers(1, 5),
    seed=st.integers(0, 1000),
)
def test_the_cnn(spec, sizes, n, n_outputs, seed):
    torch.manual_seed(seed)
    module = cnn.build(spec, n_outputs, hidden_sizes=sizes)
    seen = some_observations(spec, n, seed)
    plays = in_numpy.cnn(spec, n_outputs, weights_of(module), hidden_sizes=sizes)
    values = plays(seen.cells, seen.features)
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, in_torch(module, seen), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("torch_build", "numpy_build"), [(mlp.build, in_numpy.mlp), (cnn.build, in_numpy.cnn)]
)
def test_the_same_action_on_a_thousand_boards(torch_build, numpy_build):
    torch.manual_seed(3)
    spec = ObservationSpec(16, 32, tuple("@*><^v"))
    module = torch_build(spec, 5)
    seen = some_observations(spec, 1_000, seed=4, empty=0.97)
    values = numpy_build(spec, 5, weights_of(module))(seen.cells, seen.features)
    expected = in_torch(module, seen)
    np.testing.assert_allclose(values, expected, rtol=1e-3, atol=1e-4)
    np.testing.assert_array_equal(values.argmax(axis=1), expected.argmax(axis=1))


@pytest.mark.parametrize(
    ("torch_build", "numpy_build"), [(mlp.build, in_numpy.mlp), (cnn.build, in_numpy.cnn)]
)
def test_other_weights_are_refused_with_their_name(torch_build, numpy_build):
    spec = ObservationSpec(6, 7, tuple("@*"), features=("energy",))
    weights = weights_of(torch_build(spec, 5))
    for name, weight in weights.items():
        for broken in (weight[:-1], weight.T[None], weight.astype(np.int64)):
            with pytest.raises(ValueError, match=name):
                numpy_build(spec, 5, {**weights, name: broken})
        with pytest.raises(ValueError, match=name):
            numpy_build(spec, 5, {other: weights[other] for other in weights if other != name})
    with pytest.raises(ValueError, match="haed"):
        numpy_build(spec, 5, {**weights, "haed.0.bias": weights["head.0.bias"]})
    with pytest.raises(ValueError, match="shape"):
        numpy_build(spec, 6, weights)
