"""Checkpoints on disk: damage is noticed wherever it is, and plain torch reads them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retro_gamer_core import LearnerContext, ObservationSpec
from retro_gamer_core.errors import CheckpointDamaged
from retro_gamer_core.policies.checkpoints import load_checkpoint_into
from retro_gamer_core.runs.archives import sealed
from retro_gamer_dqn import checkpoint
from retro_gamer_dqn.learner import DQNLearner
from retro_gamer_networks import mlp

PROGRESS = {
    "total_steps": 7,
    "episode": 1,
    "config_snapshot": {"game": {"name": "snake"}},
    "none": [None, 1.5],
}


def a_learner() -> DQNLearner:
    spec = ObservationSpec(1, 2, ("@",))
    return DQNLearner(
        LearnerContext(
            spec=spec,
            actions=("w", None),
            build_network=lambda spec: mlp.build(spec, 2, hidden_sizes=(3,)),
            network_name="for testing",
            device="cpu",
            seed=0,
        )
    )


def save(path: Path) -> None:
    checkpoint.save(path, {**PROGRESS, "learner": a_learner().checkpoint()})


def same(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and one.dtype == other.dtype and torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


@pytest.fixture(scope="module")
def checkpoint_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("checkpoint") / "ep_0001.pt"
    save(path)
    return path


@pytest.fixture(scope="module")
def without_digest(checkpoint_file) -> Path:
    """As retro-gamer wrote them before there was a digest: what torch writes, and nothing else."""
    path = checkpoint_file.with_name("ep_0002.pt")
    buffer = io.BytesIO()
    torch.save(torch.load(checkpoint_file, weights_only=True), buffer)
    path.write_bytes(buffer.getvalue())
    return path


@st.composite
def damage(draw) -> Any:
    """What a disk, a memory or a network may do to a file: a function from bytes to bytes."""
    kind = draw(st.sampled_from(["bit", "cut", "zeros", "noise", "gone", "more"]))
    place, share = draw(st.floats(0, 1)), draw(st.floats(0, 0.3))
    bit, noise = draw(st.integers(0, 7)), draw(st.binary(min_size=1, max_size=40))

    def spoil(whole: bytes) -> bytes:
        begin = min(int(place * len(whole)), len(whole) - 1)
        end = min(len(whole), begin + 1 + int(share * len(whole)))
        match kind:
            case "bit":
                return whole[:begin] + bytes([whole[begin] ^ 1 << bit]) + whole[begin + 1 :]
            case "cut":
                return whole[:begin]
            case "zeros":
                return whole[:begin] + bytes(end - begin) + whole[end:]
            case "noise":
                return whole[:begin] + noise + whole[begin + len(noise) :]
            case "gone":
                return whole[:begin] + whole[end:]
            case "more":
                return whole[:begin] + noise + whole[begin:]

    return spoil


EXAMPLES = settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@EXAMPLES
@given(spoil=damage())
def test_a_damaged_checkpoint_is_refused_or_what_it_was(checkpoint_file, spoil):
    assert_refused_or_equal(checkpoint_file, spoil)


@EXAMPLES
@given(spoil=damage())
def test_so_is_one_from_before_there_was_a_digest(without_digest, spoil):
    assert_refused_or_equal(without_digest, spoil)


def assert_refused_or_equal(path: Path, spoil: Any) -> None:
    damaged = path.with_name("damaged.pt")
    damaged.write_bytes(spoil(path.read_bytes()))
    try:
        found = checkpoint.load(damaged)
    except CheckpointDamaged:
        return
    assert same(found, checkpoint.load(path))


def test_every_changed_byte_is_noticed(checkpoint_file, tmp_path):
    whole = checkpoint_file.read_bytes()
    damaged = tmp_path / "damaged.pt"
    for place in range(0, len(whole), 7):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        with pytest.raises(CheckpointDamaged, match=r"damaged\.pt"):
            checkpoint.load(damaged)


def test_plain_torch_reads_it(checkpoint_file):
    for how in ({}, {"mmap": True}):
        contents = torch.load(checkpoint_file, weights_only=True, **how)
        assert same({**contents, "learner": contents}, checkpoint.load(checkpoint_file))
        assert contents["config_snapshot"] == PROGRESS["config_snapshot"]


def test_one_from_before_there_was_a_digest_is_read(checkpoint_file, without_digest):
    assert same(checkpoint.load(without_digest), checkpoint.load(checkpoint_file))


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_not_played(checkpoint_file, tmp_path, number):
    contents = torch.load(checkpoint_file, weights_only=True)
    next(iter(contents["model_state_dict"].values())).fill_(number)
    buffer = io.BytesIO()
    torch.save(contents, buffer)
    path = tmp_path / "ep_0003.pt"
    path.write_bytes(sealed(buffer.getvalue()))
    with pytest.raises(CheckpointDamaged, match=r"ep_0003\.pt.* ordinary numbers"):
        load_checkpoint_into(a_learner(), checkpoint.load(path), path.name)


def test_two_learners_alike_leave_the_same_file(tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        save(tmp_path / name / "ep_0001.pt")
    assert (tmp_path / "one/ep_0001.pt").read_bytes() == (tmp_path / "other/ep_0001.pt").read_bytes()
