"""The built-in networks compute what they say, the fast first layer included."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from learning.made_by_hand import some_observations, specs

from retro_gamer import GameMetadata, build_network
from retro_gamer_core import ObservationSpec, RetroGamerError, one_hot
from retro_gamer_networks import cnn, mlp, own_module
from retro_gamer_networks.layers import BoardLayer, one_hot_board
from retro_gamer_networks.nearby_rows import NearbyRows, shows_the_player
from retro_gamer_networks.occupied_rows import distinct_rows


def flat_vectors(observations, spec) -> torch.Tensor:
    return torch.from_numpy(
        np.stack(
            [one_hot(c, f, spec) for c, f in zip(observations.cells, observations.features, strict=True)]
        )
    )


def dense_weights(layer: BoardLayer, spec: ObservationSpec) -> torch.Tensor:
    """The weights of the dense layer that the sum of rows stands for."""
    size = layer.rows.shape[1]
    rows = layer.rows.reshape(spec.view_height, spec.view_width, spec.n_channels, size)
    rows = rows.permute(2, 0, 1, 3) if spec.channel_first else rows
    board = rows.reshape(len(layer.rows), size)
    return board if layer.beside is None else torch.cat([board, layer.beside])


@settings(deadline=None, max_examples=60)
@given(spec=specs(), n=st.integers(1, 6), seed=st.integers(0, 1000))
def test_the_sum_of_rows_is_a_dense_layer_on_the_one_hot_board(spec, n, seed):
    layer = BoardLayer(spec, 7)
    observations = some_observations(spec, n, seed)
    fast = layer(*layer.prepare(observations.cells, observations.features))
    dense = flat_vectors(observations, spec) @ dense_weights(layer, spec) + layer.bias
    torch.testing.assert_close(fast, dense)


@settings(deadline=None, max_examples=40)
@given(spec=specs().filter(lambda spec: spec.height), n=st.integers(1, 6), seed=st.integers(0, 1000))
def test_its_gradient_is_that_of_the_dense_layer_and_names_each_row_once(spec, n, seed):
    layer = BoardLayer(spec, 3)
    observations = some_observations(spec, n, seed)
    layer(*layer.prepare(observations.cells, observations.features)).square().sum().backward()
    rows = layer.rows.grad._indices()[0]
    assert len(rows.unique()) == len(rows)
    sparse = layer.rows.grad.to_dense()

    weights = dense_weights(layer, spec).detach().requires_grad_()
    (flat_vectors(observations, spec) @ weights + layer.bias.detach()).square().sum().backward()
    on_board = len(layer.rows)
    dense = weights.grad[:on_board]
    if spec.channel_first:
        shape = (spec.n_channels, spec.view_height, spec.view_width, -1)
        dense = dense.reshape(shape).permute(1, 2, 0, 3).reshape(on_board, -1)
    torch.testing.assert_close(sparse, dense)


@settings(deadline=None, max_examples=60)
@given(
    spec=specs(),
    n=st.integers(1, 6),
    hidden=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    nearby=st.booleans(),
)
def test_the_mlp_gives_the_same_with_and_without_prepare_gradients_included(spec, n, hidden, nearby):
    network = mlp.build(spec, 3, hidden_sizes=hidden, nearby=nearby)
    torch.nn.init.normal_(network.board.rows)
    observations = some_observations(spec, n)
    gradient, outputs, gradients = torch.randn(n, 3), [], []
    for inputs in (
        network.prepare(observations.cells, observations.features),
        [torch.from_numpy(observations.cells), torch.from_numpy(observations.features)],
    ):
        network.zero_grad()
        outputs.append(network(*inputs))
        with torch.no_grad():
            torch.testing.assert_close(network(*inputs), outputs[-1].detach(), rtol=0, atol=0)
        outputs[-1].backward(gradient)
        gradients.append([weight.grad.to_dense() for weight in network.parameters() if len(weight)])
    torch.testing.assert_close(*outputs)
    for quick, slow in zip(*gradients, strict=True):
        torch.testing.assert_close(quick, slow)


@settings(deadline=None, max_examples=60)
@given(spec=specs().filter(shows_the_player), seed=st.integers(0, 1000))
def test_what_is_near_and_ahead(spec, seed):
    observations = some_observations(spec, 1, seed)
    cells, features = observations.cells, observations.features
    height, width = spec.board_height, spec.width
    x, y = map(int, features[0, :2]) if spec.centred else (width // 2, height // 2)
    beyond = spec.outside_code if spec.centred else 0

    def code(column: int, row: int) -> int:
        return int(cells[0, row, column]) if 0 <= column < width and 0 <= row < height else beyond

    rows = NearbyRows(spec)
    expected = set()
    for place, (dx, dy) in enumerate([(0, 0), (1, 0), (0, -1), (-1, 0), (0, 1)]):
        nearest: dict[int, int] = {}
        for i, j in sorted(product(range(-3, 4), repeat=2), key=lambda step: max(map(abs, step))):
            nearest.setdefault(code(x + dx + i, y + dy + j), max(abs(i), abs(j)))
        expected |= {(4 * place + far) * spec.n_channels + seen - 1 for seen, far in nearest.items() if seen}
    kinds = {0: 0, spec.outside_code: 16}
    for direction, (dx, dy) in enumerate([(1, 0), (0, -1), (-1, 0), (0, 1)]):
        line = [code(x + dx * step, y + dy * step) for step in range(1, 6)]
        run = next((i for i in (1, 2) if line[i] != line[0]), 3)
        pattern = (3 * direction + run - 1) * 17 + kinds.get(line[run], line[run])
        something = line[run + 1] != 0
        expected.add(rows.n_near + (2 * pattern + something) * spec.n_codes + line[0])
    found, boards = rows.find(cells, features)
    assert not boards.any()
    assert len(found) == len(expected)
    assert set(found.tolist()) == expected
    assert max(expected) < rows.n_rows


def test_without_a_player_it_says_that_nothing_is_near():
    board = ObservationSpec(5, 5, ("@",))
    network = mlp.build(board, 3, nearby=True)
    assert len(network.board.rows) == len(mlp.build(board, 3).board.rows)
    assert "not used" in network.explain()[-1]
    assert "not used" not in mlp.build(replace(board, outside=True), 3, nearby=True).explain()[-1]


@given(st.lists(st.integers(0, 20) | st.integers(2**16 - 2, 2**16 + 2), max_size=50))
def test_distinct_rows(rows):
    rows = np.array(rows, np.int64)
    distinct, order, starts = distinct_rows(rows, max(rows, default=0) + 1)
    assert distinct.tolist() == sorted(set(rows.tolist()))
    bags = np.split(order, starts)[1:]
    assert [bag.tolist() for bag in bags] == [np.flatnonzero(rows == row).tolist() for row in distinct]


@settings(deadline=None, max_examples=40)
@given(spec=specs().filter(lambda spec: spec.height), seed=st.integers(0, 1000))
def test_one_hot_boards_as_tensors_are_those_of_the_core(spec, seed):
    observations = some_observations(spec, 3, seed)
    boards = one_hot_board(
        torch.from_numpy(observations.cells), torch.from_numpy(observations.features), spec
    )
    assert boards.shape == (3, spec.n_channels, spec.view_height, spec.view_width)
    laid_out = boards if spec.channel_first else boards.permute(0, 2, 3, 1)
    on_board = spec.n_inputs - spec.n_view_features
    torch.testing.assert_close(laid_out.reshape(3, -1), flat_vectors(observations, spec)[:, :on_board])


def test_the_cnn_has_the_layers_of_the_specification():
    spec = ObservationSpec(16, 32, tuple("@*><^v"))
    network = cnn.build(spec, 5, hidden_sizes=[128])
    shapes = [tuple(parameter.shape) for parameter in network.parameters()]
    assert shapes == [
        (32, 6, 3, 3),
        (32,),
        (64, 32, 3, 3),
        (64,),
        (128, 64 * 28 * 12),
        (128,),
        (5, 128),
        (5,),
    ]


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (4, 4)])
def test_the_cnn_manages_boards_smaller_than_its_windows(size):
    spec = ObservationSpec(*size, ("@",))
    observations = some_observations(spec, 2)
    network = cnn.build(spec, 3)
    inputs = torch.from_numpy(observations.cells), torch.from_numpy(observations.features)
    assert network(*inputs).shape == (2, 3)


def test_the_cnn_says_that_it_needs_a_board():
    with pytest.raises(RetroGamerError, match="needs a board"):
        cnn.build(ObservationSpec(0, 0, (), features=("energy",)), 3)


@pytest.mark.parametrize("spatial", [True, False])
def test_build_network_takes_the_documented_vector(spatial):
    metadata = GameMetadata(
        actions=["w", "s"], reward="score", character_set=["@", "*"], board_size=(7, 6), spatial=spatial,
        observe_state=["energy"],
    )  # fmt: skip
    model, rationale = build_network(metadata, {"n_layers": 2, "layer_size": 8})
    assert rationale.startswith("[INIT] ") and ("Conv" in rationale) == spatial
    spec = ObservationSpec(6, 7, ("@", "*"), features=("energy",), channel_first=spatial)
    observations = some_observations(spec, 4)
    x = flat_vectors(observations, spec)
    assert model(x).shape == (4, 3)
    if spatial:
        inputs = torch.from_numpy(observations.cells), torch.from_numpy(observations.features)
    else:
        inputs = model.network.prepare(observations.cells, observations.features)
    torch.testing.assert_close(model(x), model.network(*inputs))


class Tiny(torch.nn.Module):
    def __init__(self, n_inputs, n_outputs, width=4):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Linear(n_inputs, width), torch.nn.Linear(width, n_outputs))

    def forward(self, x):
        return self.layers(x)


class WrongOutputs(Tiny):
    def __init__(self, n_inputs, n_outputs):
        super().__init__(n_inputs, n_outputs + 1)


class WrongInputs(Tiny):
    def __init__(self, n_inputs, n_outputs):
        super().__init__(n_inputs - 1, n_outputs)


class AsksForMore(torch.nn.Module):
    def __init__(self, n_inputs, n_outputs, depth):
        super().__init__()


@settings(deadline=None, max_examples=20)
@given(spec=specs())
def test_a_module_of_ones_own_gets_the_flat_vector(spec):
    network = own_module.build(spec, 2, factory=Tiny, width=3)
    observations = some_observations(spec, 3)
    seen = network(torch.from_numpy(observations.cells), torch.from_numpy(observations.features))
    torch.testing.assert_close(seen, network.module(flat_vectors(observations, spec)))


class Misspelt(Tiny):
    def forward(self, x):
        return self.layer(x)


class ForgotSuper(torch.nn.Module):
    def __init__(self, n_inputs, n_outputs):
        self.layer = torch.nn.Linear(n_inputs, n_outputs)


class GivesAList(Tiny):
    def forward(self, x):
        return [self.layers(x)]


class NoWeights(torch.nn.Module):
    def __init__(self, n_inputs, n_outputs):
        super().__init__()
        self.n_outputs = n_outputs

    def forward(self, x):
        return x[:, : self.n_outputs]


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        (Misspelt, r"network Misspelt failed.*\n.*test_networks\.py:\d+"),
        (ForgotSuper, r"network ForgotSuper failed.*\n.*test_networks\.py:\d+"),
        (GivesAList, r"shape of a list"),
        (NoWeights, r"no weights"),
        (WrongOutputs, r"one number for each of the 3 actions"),
        (WrongInputs, r"make the first layer take 24 inputs"),
        (AsksForMore, r"needs a value for depth"),
        (lambda n_inputs, n_outputs: "a text", r"gave a str, not a torch.nn.Module"),
    ],
)
def test_a_module_that_does_not_fit_is_explained(factory, words):
    with pytest.raises(RetroGamerError, match=words):
        own_module.build(ObservationSpec(3, 4, ("@", "*")), 3, factory=factory)


def test_the_mlp_explains_its_sizes():
    spec = ObservationSpec(3, 4, ("@", "*"))
    assert "24 → 8 → 3" in mlp.build(spec, 3, hidden_sizes=[8]).explain()[0]


def test_a_built_in_network_may_be_named_by_its_import_path():
    """It prepares its inputs itself, so it is asked as the learner asks it."""
    spec = ObservationSpec(5, 6, tuple("@*"), features=("energy",))
    module = own_module.build(spec, 3, factory="retro_gamer_networks.mlp:build", hidden_sizes=[4])
    seen = some_observations(spec, 2)
    assert module(*module.prepare(seen.cells, seen.features)).shape == (2, 3)


def test_a_wrapped_module_keeps_the_names_of_its_weights_and_older_files_are_read():
    spec = ObservationSpec(3, 4, ("@", "*"))
    network = own_module.build(spec, 2, factory=Tiny)
    assert isinstance(network, own_module.FlatInput)
    state = network.state_dict()
    assert list(state) == list(network.module.state_dict())
    other = own_module.build(spec, 2, factory=Tiny)
    for names in (state, {f"module.{name}": weight for name, weight in state.items()}):
        for weight in other.parameters():
            weight.data.zero_()
        other.load_state_dict(names)
        assert all(torch.equal(state[name], weight) for name, weight in other.state_dict().items())
