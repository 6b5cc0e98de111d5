"""Observations to learn from, made by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from retro_gamer_core import Observations, ObservationSpec


@st.composite
def specs(draw) -> ObservationSpec:
    """Boards of all kinds: with and without an edge, centred, several one below the other, empty, with features."""
    kind = draw(st.sampled_from(["plain", "window", "centred", "no board"]))
    more = tuple(f"feature {i}" for i in range(draw(st.integers(0, 3))))
    if kind == "no board":
        return ObservationSpec(0, 0, (), features=more or ("only",))
    height, width = draw(st.integers(1, 5)), draw(st.integers(1, 9))
    place = ("player column", "player row") if kind == "centred" else ()
    frames = draw(st.integers(1, 3))
    return ObservationSpec(
        frames * height,
        width,
        tuple("@*#"[: draw(st.integers(1, 3))]),
        outside=kind != "plain",
        features=place + more,
        channel_first=draw(st.booleans()),
        centred=kind == "centred",
        frames=frames,
    )


def some_observations(spec: ObservationSpec, n: int, seed: int = 0, empty: float = 0.6) -> Observations:
    """n random observations that this spec allows."""
    rng = np.random.default_rng(seed)
    highest = len(spec.characters) if spec.centred else spec.n_channels
    cells = rng.integers(1, highest + 1, (n, spec.height, spec.width)) if highest else np.zeros((n, 0, 0))
    cells = np.where(rng.random(cells.shape) < empty, 0, cells).astype(np.uint8)
    features = rng.normal(size=(n, spec.n_features)).astype(np.float32)
    if spec.centred:
        features[:, 0] = rng.integers(0, spec.width, n)
        features[:, 1] = rng.integers(0, spec.board_height, n)
    return Observations(cells, features)
