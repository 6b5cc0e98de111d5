"""Policy files of a class: one that was trained a little, and others made of it with other weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from policies.conftest import snake_file, snake_run
from policies.test_policy_files import rebuilt

__all__ = ["hand_in", "snake_file", "snake_run"]

HandIn = Callable[..., Path]


@pytest.fixture
def hand_in(snake_file, tmp_path) -> HandIn:
    """``hand_in("ada", weights=3)``: a policy file in ``submissions``, with weights that were changed by chance.

    ``card`` are other values for its card, ``change`` changes card and weights, ``contents`` is the file.
    """
    directory = tmp_path / "submissions"
    directory.mkdir()
    good = snake_file.read_bytes()

    def hand_in(
        name: str,
        *,
        weights: int = 0,
        card: dict[str, Any] | None = None,
        change: Callable[[dict[str, Any], dict[str, np.ndarray]], object] | None = None,
        contents: bytes | None = None,
    ) -> Path:
        rng = np.random.default_rng(weights)

        def changed(on_card: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
            for each in arrays if weights else ():
                spread = 0.1 * weights * (arrays[each].std() or 0.1)
                arrays[each] = (arrays[each] + rng.normal(0, spread, arrays[each].shape)).astype(np.float32)
            on_card.update(card or {})
            if change:
                change(on_card, arrays)

        path = directory / f"{name}.rgp"
        path.write_bytes(contents if contents is not None else rebuilt(good, changed))
        return path

    return hand_in
