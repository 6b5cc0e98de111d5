"""Our Adam against torch's, and the one difference: a row that is not used rests."""

from __future__ import annotations

import pytest
import torch
from learning.made_by_hand import some_observations

from retro_gamer_core import ObservationSpec
from retro_gamer_dqn.optimiser import NetworkOptimiser
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


@pytest.mark.parametrize("norm", [1e9, 0.01], ids=["free", "shortened"])
def test_dense_weights_move_as_with_torchs_adam(norm):
    ours, theirs = two_alike(cnn.build)
    optimiser = NetworkOptimiser(ours, 1e-3, norm)
    adam = torch.optim.Adam(theirs.parameters(), lr=1e-3)
    for seed in range(20):
        optimiser.step(loss_of(ours, seed))
        adam.zero_grad()
        loss_of(theirs, seed).backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), norm, error_if_nonfinite=True)
        adam.step()
    for mine, his in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, his, rtol=1e-4, atol=1e-6)


def test_rows_that_are_used_every_time_move_as_with_torchs_adam():
    ours, theirs = two_alike(mlp.build)
    optimiser = NetworkOptimiser(ours, 1e-3, 1e9)
    adam = torch.optim.Adam(theirs.parameters(), lr=1e-3)
    for _ in range(20):  # the same boards every time, so the same rows
        optimiser.step(loss_of(ours, 0, empty=0.0))
        adam.zero_grad()
        loss_of(theirs, 0, empty=0.0).backward()
        for parameter in theirs.parameters():
            if parameter.grad.is_sparse:
                parameter.grad = parameter.grad.to_dense()
        adam.step()
    for mine, his in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(mine, his, rtol=1e-4, atol=1e-6)


def test_a_row_that_is_not_used_rests():
    network, _ = two_alike(mlp.build)
    optimiser = NetworkOptimiser(network, 1e-2, 1e9)
    optimiser.step(loss_of(network, 0))
    before = network.board.rows.detach().clone()
    loss = loss_of(network, 1, empty=0.9)
    optimiser.step(loss)
    used = network.board.rows.grad._indices()[0]
    rested = torch.ones(len(before), dtype=torch.bool)
    rested[used] = False
    assert rested.any() and not rested.all()
    torch.testing.assert_close(network.board.rows[rested], before[rested], rtol=0, atol=0)
    assert (network.board.rows[used] != before[used]).any()


@pytest.mark.parametrize("build", [mlp.build, cnn.build])
def test_a_saved_optimiser_goes_on_exactly(build):
    one, other = two_alike(build)
    first, second = NetworkOptimiser(one, 1e-3, 10.0), NetworkOptimiser(other, 1e-3, 10.0)
    for seed in range(5):
        first.step(loss_of(one, seed))
    other.load_state_dict(one.state_dict())
    second.load_state_dict(first.state_dict())
    for seed in range(5, 10):
        first.step(loss_of(one, seed))
        second.step(loss_of(other, seed))
    for mine, his in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, his)


def test_weights_that_are_frozen_stay():
    network, _ = two_alike(mlp.build)
    network.head[0].weight.requires_grad_(False)
    before = network.head[0].weight.clone()
    NetworkOptimiser(network, 1e-1, 10.0).step(loss_of(network, 0))
    assert torch.equal(network.head[0].weight, before)
