"""Files that were written in November 2026, at commit 831c83a, are still read, to the last bit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from retro.examples.nav import create_game

from retro_gamer import TrainedPolicy
from retro_gamer_core.runs.saved_state import read_state, write_state

BEFORE = Path(__file__).parent / "from_831c83a"


def leaves(value: Any) -> Iterator[str]:
    """Everything in a state, in order, with types, dtypes and shapes."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield repr(key)
            yield from leaves(item)
    elif isinstance(value, (list, tuple)):
        yield type(value).__name__
        for item in value:
            yield from leaves(item)
    elif isinstance(value, (np.ndarray, np.generic)):
        yield f"{value.dtype}{value.shape}{value.tobytes().hex()}"
    else:
        yield repr(value)


def test_a_state_holds_what_was_saved():
    state = read_state(BEFORE / "turns_240.npz")
    digest = hashlib.sha256("\n".join(leaves(state)).encode()).hexdigest()
    assert digest == "02430d1dab7ab00aaa76852860855aac0c322145ad15a2c417dda71ac0053b86"  # as read then


def test_and_the_same_state_is_the_same_file_still(tmp_path):
    write_state(tmp_path / "again.npz", read_state(BEFORE / "turns_240.npz"))
    assert (tmp_path / "again.npz").read_bytes() == (BEFORE / "turns_240.npz").read_bytes()


def test_a_policy_file_plays_as_it_did():
    policy = TrainedPolicy(BEFORE / "nav.rgp")
    assert policy.episode == 12
    then = [-0.1311095803976059, 0.1436985731124878, 0.11534562706947327]
    assert policy.q_values(create_game()).tolist() == pytest.approx(then, abs=1e-6)
