"""Batches are learned from in mirror images of themselves, drawn from a stream of the run."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from retro_gamer_core import Batch, GameMetadata, ObservationSpec, Transitions
from retro_gamer_core.errors import ConfigurationError
from retro_gamer_core.playing.function_encoder import FunctionEncoder
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.training.mirroring import Mirroring

ARROWS = ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]


def described(*symmetries: str, board_size: tuple[int, int] = (5, 3)) -> GameMetadata:
    return GameMetadata(ARROWS, "score", ["<", ">", "o"], board_size=board_size, symmetries=list(symmetries))


def built(metadata: GameMetadata, **options: int):
    plugins = installed_plugins()
    return plugins.build(plugins.find_part("encoder", "egocentric"), options, metadata=metadata)


def batch(spec: ObservationSpec) -> Batch:
    rng = np.random.default_rng(1)
    seen = Transitions.empty(6, spec)
    for observations in (seen.observations, seen.next_observations):
        observations.cells[...] = rng.integers(0, spec.n_codes, observations.cells.shape)
        observations.features[...] = rng.integers(0, 3, observations.features.shape)
    seen.actions[...] = rng.integers(0, 5, 6)
    seen.rewards[...] = rng.normal(size=6)
    return Batch(seen, np.arange(6), rng.random(6).astype(np.float32))


def test_all_images_are_drawn_and_what_was_remembered_stays_as_it_is():
    metadata = described("left-right", "up-down")
    encoder = built(metadata)
    mirroring, drawn = Mirroring(metadata, encoder, seed=3), batch(encoder.spec)
    before = {name: column.copy() for name, column in drawn.transitions.columns().items()}
    images: Counter[bytes] = Counter()
    for _ in range(80):
        image = mirroring(drawn)
        assert image.keys is drawn.keys and image.weights is drawn.weights
        np.testing.assert_array_equal(image.transitions.rewards, before["rewards"])
        columns = image.transitions.columns()
        images[b"".join(columns[name].tobytes() for name in ("cells", "next_cells", "actions"))] += 1
    assert len(images) == 4 and min(images.values()) > 5
    for name, column in drawn.transitions.columns().items():
        np.testing.assert_array_equal(column, before[name])


def test_without_symmetries_a_batch_is_itself():
    encoder = built(described())
    drawn = batch(encoder.spec)
    assert Mirroring(described(), encoder, seed=3)(drawn) is drawn


def test_it_goes_on_where_its_state_was_taken():
    metadata = described("left-right", "up-down")
    encoder = built(metadata)
    one, other, drawn = *(Mirroring(metadata, encoder, seed) for seed in (3, 4)), batch(encoder.spec)
    for _ in range(5):
        one(drawn)
    other.load_state_dict(one.state_dict())
    for _ in range(10):
        cells = [each(drawn).transitions.observations.cells for each in (one, other)]
        np.testing.assert_array_equal(*cells)


def test_characters_that_come_later_are_mirrored_too():
    metadata = GameMetadata(ARROWS, "score", ["<"], board_size=(5, 3), symmetries=["left-right"])
    mirroring = Mirroring(metadata, built(metadata), seed=3)
    metadata.character_set = ["<", ">"]
    encoder = built(metadata)
    mirroring.see_with(encoder)
    drawn = batch(encoder.spec)
    images = [mirroring(drawn).transitions.observations.cells for _ in range(20)]
    cells = drawn.transitions.observations.cells
    swapped = np.array([0, 2, 1, 3], np.uint8)[cells][:, :, ::-1]
    assert any(np.array_equal(image, swapped) for image in images)


def test_what_nobody_can_mirror_is_refused():
    def compass(game):
        return [1, 2]

    with pytest.raises(ConfigurationError, match="FunctionEncoder"):
        Mirroring(described("left-right"), FunctionEncoder(compass, 2), seed=3)
    Mirroring(described(), FunctionEncoder(compass, 2), seed=3)


def test_the_diagonal_needs_a_square_board_or_a_square_window():
    metadata = described("diagonal")
    with pytest.raises(ConfigurationError, match="5×3"):
        Mirroring(metadata, built(metadata), seed=3)
    Mirroring(metadata, built(metadata, radius=2), seed=3)
    square = described("diagonal", "left-right", board_size=(4, 4))
    encoder = built(square)
    mirroring, drawn = Mirroring(square, encoder, seed=3), batch(encoder.spec)
    images = {mirroring(drawn).transitions.observations.cells.tobytes() for _ in range(200)}
    assert len(images) == 8
