"""Dense weights move as with torch's Adam; the rows of a table as a naive model says, and rest when not used."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from learning.made_by_hand import some_observations

from retro_gamer_core import ObservationSpec
from retro_gamer_dqn.optimiser import NetworkOptimiser, RowRMSProp
from retro_gamer_networks import cnn, mlp

SPEC = ObservationSpec(5, 6, ("@", "*"), features=("energy",))


def loss_of(network, seed, empty=0.5):
    observations = some_observations(SPEC, 8, seed, empty)
    if hasattr(network, "prepare"):
        inputs = network.prepare(observations.cells, observations.features)
    else:
        inputs = torch.from_numpy(observations.cells), torch.from_numpy(observations.features)
    return network(*inputs).square().mean()


def two_alike(build):
    torch.manual_seed(0)
    one, other = build(SPEC, 3, hidden_sizes=[8, 4]), build(SPEC, 3, hidden_sizes=[8, 4])
    other.load_state_dict(one.state_dict())
    return one, other


@pytest.mark.parametrize("norm", [0, 0.01], ids=["free", "shortened"])
def test_dense_weights_move_as_with_torchs_adam(norm):
    ours, theirs = two_alike(cnn.build)
    optimiser = NetworkOptimiser(ours, norm)
    adam = torch.optim.Adam(theirs.parameters(), lr=1e-3)
    for seed in range(20):
        optimiser.step(loss_of(ours, seed).backward, 1e-3)
        adam.zero_grad()
        loss_of(theirs, seed).backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), norm or 1e9, error_if_nonfinite=True)
        adam.step()
    for mine, his in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, his, rtol=1e-4, atol=1e-6)


@settings(deadline=None, max_examples=30)
@given(
    uses=st.lists(st.sets(st.integers(0, 5), min_size=1), min_size=1, max_size=8), seed=st.integers(0, 999)
)
def test_rows_move_as_a_naive_model_says(uses, seed):
    rng = np.random.default_rng(seed)
    table = torch.tensor(rng.normal(size=(6, 3)))
    model, squares, counts = table.numpy().copy(), [0.0] * 6, [0] * 6
    step = RowRMSProp(table)
    for rows in uses:
        gradients = rng.normal(size=(len(rows), 3))
        gradient = torch.sparse_coo_tensor(
            torch.tensor([list(rows)]), torch.tensor(gradients), table.shape, check_invariants=True
        )
        step.step(gradient, 0.1)
        for row, gradient in zip(rows, gradients, strict=True):
            counts[row] += 1
            squares[row] = 0.999 * squares[row] + 0.001 * np.mean(gradient**2)
            spread = np.sqrt(squares[row] / (1 - 0.999 ** counts[row]))
            model[row] -= 0.1 * gradient / (spread + 1e-8)
    np.testing.assert_allclose(table.numpy(), model, rtol=1e-6)


def test_a_row_that_is_not_used_rests():
    network, _ = two_alike(mlp.build)
    optimiser = NetworkOptimiser(network, 0)
    optimiser.step(loss_of(network, 0).backward, 1e-3)
    before = network.board.rows.detach().clone()
    loss = loss_of(network, 1, empty=0.9)
    [gradients] = torch.autograd.grad(loss, [network.board.rows], retain_graph=True)
    optimiser.step(loss.backward, 1e-3)
    used = gradients._indices()[0]
    rested = torch.ones(len(before), dtype=torch.bool)
    rested[used] = False
    assert rested.any() and not rested.all()
    torch.testing.assert_close(network.board.rows[rested], before[rested], rtol=0, atol=0)
    assert (network.board.rows[used] != before[used]).any()


@pytest.mark.parametrize("build", [mlp.build, cnn.build])
def test_a_saved_optimiser_goes_on_exactly(build):
    one, other = two_alike(build)
    first, second = NetworkOptimiser(one, 10.0), NetworkOptimiser(other, 10.0)
    for seed in range(5):
        first.step(loss_of(one, seed).backward, 1e-3)
    other.load_state_dict(one.state_dict())
    second.load_state_dict(first.state_dict())
    for seed in range(5, 10):
        first.step(loss_of(one, seed).backward, 1e-3)
        second.step(loss_of(other, seed).backward, 1e-3)
    for mine, his in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, his)


def test_weights_that_are_frozen_stay():
    network, _ = two_alike(mlp.build)
    network.head[0].weight.requires_grad_(False)
    before = network.head[0].weight.clone()
    NetworkOptimiser(network, 10.0).step(loss_of(network, 0).backward, 1e-3)
    assert torch.equal(network.head[0].weight, before)


class Unusual(torch.nn.Module):
    """Gradients of a student's own network: one is sparse, one lies the other way round, and one is missing."""

    def __init__(self):
        super().__init__()
        self.places = torch.nn.Embedding(9, 4, sparse=True)
        self.turned = torch.nn.Parameter(torch.randn(3, 4))
        self.unused = torch.nn.Parameter(torch.ones(2))

    def forward(self, rows):
        return (self.places(rows) @ self.turned.t().contiguous()).sum(1)


def test_all_kinds_of_gradients_move_weights_as_dense_ones_do():
    torch.manual_seed(0)
    ours, theirs = Unusual(), Unusual()
    theirs.load_state_dict(ours.state_dict())
    theirs.places.sparse = False
    optimiser, adam = NetworkOptimiser(ours, 0), torch.optim.Adam(theirs.parameters(), lr=1e-2)
    for rows in torch.tensor([[1, 1, 3], [0, 8, 1], [2, 2, 2]]):
        optimiser.step(lambda rows=rows: ours(rows).square().mean().backward(), 1e-2)
        adam.zero_grad()
        theirs(rows).square().mean().backward()
        adam.step()
    for mine, his in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, his)
