"""Settings that are fine one by one and cannot be used together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration.migrate import Migrated
from retro_gamer_core.errors import Problem
from retro_gamer_core.toml_text import toml_setting

if TYPE_CHECKING:
    from retro_gamer_core.games.metadata import GameMetadata

_WITHOUT_BOARD = "state_only"
_OF_BOARD_ONLY = "cnn"
_NEEDS_CHARACTERS = ("one_hot", "egocentric")


@dataclass(frozen=True)
class Facts:
    """The settings of a run, defaults included, without those that are wrong by themselves.

    Args:
        training: every setting of ``[training]``, options of learner and memory among them.
        encoder, network: the names of the parts; None where they are not known.
        metadata: None where the description of the game is wrong.
        document: how the person wrote each setting.
    """

    training: Mapping[str, Any]
    encoder: str | None
    network: str | None
    metadata: GameMetadata | None
    document: Migrated

    def number(self, key: str) -> float | None:
        """A number in ``[training]``; None where there is none of that name."""
        value = self.training.get(key)
        return value if isinstance(value, (int, float)) else None

    def problem(self, what: str, *keys: tuple[str, str], why: str, hint: str) -> Problem:
        """A problem between these (section, key) settings."""
        sections = dict.fromkeys(f"[{self.document.as_written(*key)[0].section}]" for key in keys)
        return Problem(what, f"{' and '.join(sections)} in {self.document.file}", why, hint)

    def spelled(self, section: str, key: str, value: Any) -> str:
        """``key = value`` in the person's own spelling."""
        return " and ".join(map(str, self.document.as_written(section, key, value)))


def problems_between(facts: Facts) -> Iterator[Problem]:
    """Each pair of settings that contradict each other."""
    for check in _CHECKS:
        problem = check(facts)
        if problem is not None:
            yield problem


def _batch_fits_into_memory(facts: Facts) -> Problem | None:
    batch, capacity = facts.number("batch_size"), facts.number("memory_capacity")
    if batch is None or capacity is None or batch <= capacity:
        return None
    return facts.problem(
        f"batch_size = {batch} is larger than memory_capacity = {capacity}",
        ("training", "batch_size"),
        ("training", "memory_capacity"),
        why="each update draws a batch out of the memory, so the memory must be able to hold one",
        hint=f"memory_capacity = {max(50_000, 100 * batch)}",
    )


def _learning_starts_with_a_batch(facts: Facts) -> Problem | None:
    batch, start = facts.number("batch_size"), facts.number("learning_starts")
    if batch is None or start is None or start >= batch:
        return None
    return facts.problem(
        f"learning_starts = {start} is smaller than batch_size = {batch}",
        ("training", "learning_starts"),
        ("training", "batch_size"),
        why=f"after {start} turns there are not yet {batch} remembered turns to learn from",
        hint=f"learning_starts = {max(1_000, batch)}",
    )


def _epsilon_falls(facts: Facts) -> Problem | None:
    start, floor = facts.number("epsilon"), facts.number("epsilon_min")
    if start is None or floor is None or floor <= start:
        return None
    return facts.problem(
        f"epsilon_min = {floor} is greater than epsilon = {start}",
        ("training", "epsilon_min"),
        ("training", "epsilon"),
        why="epsilon, the share of random key presses, starts at epsilon and falls towards epsilon_min",
        hint="epsilon = 1.0 and epsilon_min = 0.05",
    )


def _something_is_seen(facts: Facts) -> Problem | None:
    if facts.encoder != _WITHOUT_BOARD or facts.metadata is None or facts.metadata.observe_state:
        return None
    encoder = facts.spelled("preprocessing", "encoder", facts.encoder)
    return facts.problem(
        f"{encoder} without observe_state leaves nothing to see",
        ("preprocessing", "encoder"),
        why="without the board, the learner sees only the numbers of the game's state named in observe_state",
        hint='observe_state = ["…"], with names of numbers in the game\'s state',
    )


def _picture_for_the_network(facts: Facts) -> Problem | None:
    if facts.encoder != _WITHOUT_BOARD or facts.network != _OF_BOARD_ONLY:
        return None
    network = facts.spelled("model", "network", facts.network)
    encoder = facts.spelled("preprocessing", "encoder", facts.encoder)
    return facts.problem(
        f"{network} and {encoder} do not go together",
        ("model", "network"),
        ("preprocessing", "encoder"),
        why="a cnn (a network that slides a small window over a picture) needs a board to look at",
        hint="spatial = false" if network.startswith("spatial") else 'network = "mlp"',
    )


def _characters_are_known(facts: Facts) -> Problem | None:
    if facts.number("exploration_turns") != 0 or facts.encoder not in _NEEDS_CHARACTERS:
        return None
    if facts.metadata is None or facts.metadata.character_set is not None:
        return None
    return facts.problem(
        "exploration_turns = 0 leaves no way to find out the character_set",
        ("training", "exploration_turns"),
        ("metadata", "character_set"),
        why="the learner tells what is on the board by its characters, so it must know which there are",
        hint=f"{toml_setting('exploration_turns', 200)}, or write a character_set in [metadata]",
    )


_CHECKS: tuple[Callable[[Facts], Problem | None], ...] = (
    _batch_fits_into_memory,
    _learning_starts_with_a_batch,
    _epsilon_falls,
    _something_is_seen,
    _picture_for_the_network,
    _characters_are_known,
)
