"""Each batch is learned from as it was, or in one of its mirror images: where the description names symmetries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from retro_gamer_core.errors import ConfigurationError, Problem
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.state_features import feature_names
from retro_gamer_core.streams import stream
from retro_gamer_core.symmetry import Symmetry, symmetries_of

if TYPE_CHECKING:
    from retro_gamer_core.contracts import Encoder
    from retro_gamer_core.games.metadata import GameMetadata
    from retro_gamer_core.transitions import Batch


class Mirroring:
    """Draws a symmetry of the game for each batch, one that changes nothing among them.

    A whole batch has the same one, as turns of one game that follow each other must be seen in the same mirror.

    Args:
        metadata: complete; its symmetries.
        encoder: what the batches were seen with.
        seed: of the run.

    Raises:
        ConfigurationError: what this encoder gives cannot be mirrored.
    """

    def __init__(self, metadata: GameMetadata, encoder: Encoder, seed: int) -> None:
        self._metadata = metadata
        self._rng = np.random.default_rng(stream(seed, "symmetries"))
        self.see_with(encoder)

    def see_with(self, encoder: Encoder) -> None:
        """From now on, batches were seen with this one; the metadata may have more characters, too."""
        metadata = self._metadata
        self._symmetries = symmetries_of(
            metadata.symmetries,
            metadata.actions,
            encoder.spec.characters,
            feature_names(metadata.observe_state_sizes),
            metadata.directions,
        )
        if len(self._symmetries) > 1:
            self._mirrored = _mirror_of(encoder, self._symmetries)
            for symmetry in self._symmetries:  # what cannot be mirrored is said now
                self._mirrored(Observations.empty(1, encoder.spec), symmetry)

    def __call__(self, batch: Batch) -> Batch:
        """A mirror image of this batch; it keeps its keys and weights."""
        if len(self._symmetries) == 1:
            return batch
        drawn = int(self._rng.integers(len(self._symmetries)))
        if drawn == 0:
            return batch
        symmetry, seen = self._symmetries[drawn], batch.transitions
        return replace(
            batch,
            transitions=replace(
                seen,
                observations=self._mirrored(seen.observations, symmetry),
                actions=symmetry.actions[seen.actions],
                next_observations=self._mirrored(seen.next_observations, symmetry),
            ),
        )

    def explain(self) -> list[str]:
        images, names = len(self._symmetries), " and ".join(self._metadata.symmetries)
        if images == 1:
            return []
        return [f"symmetries: each update learns from one of {images} mirror images of its turns ({names})"]

    def state_dict(self) -> dict[str, Any]:
        return {"rng": self._rng.bit_generator.state}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._rng.bit_generator.state = state["rng"]


def _mirror_of(
    encoder: Encoder, symmetries: list[Symmetry]
) -> Callable[[Observations, Symmetry], Observations]:
    mirrored: Callable[[Observations, Symmetry], Observations] | None = getattr(encoder, "mirrored", None)
    name, spec = type(encoder).__name__, encoder.spec
    if mirrored is None:
        what = f"nobody can tell what a mirror image looks like to the encoder {name}"
        why = "it has no method mirrored, and what it gives may point somewhere"
        raise _refused(what, why, "give it one, or take symmetries out of [metadata]")
    if any(each.grid.transposes for each in symmetries) and spec.board_height != spec.width:
        what = (
            f'the symmetry "diagonal" needs a square: the learner sees {spec.width}×{spec.board_height} cells'
        )
        why = "rows become columns in it, and there must be as many of these"
        raise _refused(what, why, 'take it out, or set radius with encoder = "egocentric" to see a square')
    return mirrored


def _refused(what: str, why: str, hint: str) -> ConfigurationError:
    where = "symmetries in [metadata]"
    return ConfigurationError("These settings do not go together:", [Problem(what, where, why, hint)])
