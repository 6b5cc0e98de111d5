"""Does the game go on in a mirror as it does outside? Counted in random play, not read from its code.

Two things are counted: what comes of a key with a certain 3×3 cells round the player, and which way other
characters move, by where they are. A symmetry says that in the mirror image of each it comes to the mirror image
of the same. It is *proposed* where nothing differs by more than luck and most of what was seen has a mirror image
that was seen, too; it is *contradicted* where something comes that in the mirror hardly ever does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import TYPE_CHECKING, Any

from retro_gamer_core.checks.moves import AROUND, Moves, Tally
from retro_gamer_core.findings import Finding, finding
from retro_gamer_core.games.metadata_keys import MOST_CHARACTERS
from retro_gamer_core.symmetry import (
    DIRECTIONS,
    SYMMETRIES,
    Vector,
    group_of,
    known_directions,
    problems_with_symmetries,
    symmetries_of,
)
from retro_gamer_core.toml_text import toml_setting

if TYPE_CHECKING:
    from retro_gamer_core.checks.game_look import GameLook
    from retro_gamer_core.games.metadata import GameMetadata

_FEWEST_STRETCHES = 10
"""What was seen in fewer stretches, or games, says nothing."""

_FEWEST_TURNS = 500
"""A symmetry for which fewer speak is not proposed."""

_MOST_OF_ALL = 0.5
"""The share of turns that must have a mirror image which was seen often enough."""

_TELLING = 0.2
"""The share of those that must look, or come out, different in the mirror; else there is nothing to gain."""

_BY_LUCK, _HARDLY_BY_LUCK = 4.0, 4.5
"""Standard errors: what is less far apart is taken for luck; what is farther apart contradicts."""

_HARDLY_EVER = 0.1
"""Something contradicts if in the mirror it comes so many times as often, or less."""

_HARDLY_ANY = 0.05
"""So few moves of other characters for each turn need not be looked at."""

_FEWEST_STEPS, _MOST_STEPS = 20, 0.9
"""A key whose steps are that many and mostly the same points that way."""


@dataclass(frozen=True)
class Difference:
    """Something that came more often than its mirror image: so many times of so many, in the mirror of so many."""

    kind: Any
    outcome: Any
    times: int
    of: int
    times_mirrored: int
    of_mirrored: int
    standard_errors: float

    @property
    def contradicts(self) -> bool:
        rare = self.times_mirrored / self.of_mirrored <= _HARDLY_EVER * self.times / self.of
        return rare and self.standard_errors > _HARDLY_BY_LUCK


@dataclass(frozen=True)
class Comparison:
    """What a tally says of a symmetry.

    Args:
        kinds: kinds of moments that were seen often enough, they and their mirror images.
        turns, of: their turns, of all there were.
        telling: those of them that look different in the mirror, or what came of them does.
        largest: the largest difference, in standard errors.
        against: the largest one that contradicts.
    """

    kinds: int
    turns: int
    of: int
    telling: int
    largest: float
    against: Difference | None


def compare(tally: Tally, kind_of: Callable[[Any], Any], outcome_of: Callable[[Any], Any]) -> Comparison:
    """What is counted beside its mirror image; the functions give the mirror image of a kind and of an outcome."""
    kinds = turns = telling = 0
    differences: list[Difference] = []
    for kind, count in tally.turns.items():
        image = kind_of(kind)
        if min(tally.stretches[kind], tally.stretches[image]) < _FEWEST_STRETCHES:
            continue
        kinds, turns = kinds + 1, turns + count
        for outcome, times in tally.came[kind].items():
            mirrored = outcome_of(outcome)
            telling += times if (kind, outcome) != (image, mirrored) else 0
            there, of = tally.came[image][mirrored], tally.turns[image]
            share = (times + there) / (count + of)
            variance = tally.variance(kind, outcome, share) + tally.variance(image, mirrored, share)
            variance *= 1 + (
                kind == image
            )  # in one stretch, what comes instead of the other does not come by itself
            apart = times / count - there / of
            errors = apart / sqrt(variance) if variance > 0 else inf if apart > 0 else 0.0
            differences.append(Difference(kind, outcome, times, count, there, of, errors))
    by_size = sorted(differences, key=lambda each: each.standard_errors)
    largest = by_size[-1].standard_errors if by_size else 0.0
    against = next((each for each in reversed(by_size) if each.contradicts), None)
    return Comparison(kinds, turns, tally.turns.total(), telling, largest, against)


class Mirror:
    """One symmetry of one game: the mirror image of each thing that ``Moves`` counts.

    Args:
        name: one of ``SYMMETRIES``.
        metadata: its keys, and the numbers that are observed.
        board: its width and height.
        characters: all that were seen, or are described.
        directions: of the description, and what has been found out.
    """

    def __init__(
        self,
        name: str,
        metadata: GameMetadata,
        board: Vector,
        characters: Sequence[str],
        directions: Mapping[str, str],
    ) -> None:
        numbers = metadata.observe_state
        symmetry = symmetries_of([name], metadata.actions, characters, numbers, directions)[1]
        self._grid = symmetry.grid
        self._actions: list[int] = symmetry.actions.tolist()
        self._characters = {
            one: characters[symmetry.codes[code] - 1] for code, one in enumerate(characters, start=1)
        }
        self._numbers = [
            (numbers.index(one), numbers.index(other), sign)
            for one, (other, sign) in symmetry.numbers.items()
        ]
        self._board = board

    def of_turn(self, kind: tuple[tuple[str, ...], int]) -> tuple[tuple[str, ...], int]:
        """Of what is round the player, and an action."""
        around = {self._grid.vector(at): cell for at, cell in zip(AROUND, kind[0], strict=True)}
        cells = (self._characters.get(around[at], around[at]) for at in AROUND)
        return tuple(cells), self._actions[kind[1]]

    def of_what_came(self, came: Any) -> Any:
        """Of the player's step, the reward, whether the game was over, and which numbers rose."""
        step, reward, over, rises = came
        mirrored = list(rises)
        for one, other, sign in self._numbers:
            mirrored[other] = sign * rises[one]
        return step and self._grid.vector(step), reward, over, tuple(mirrored)

    def of_mover(self, kind: Any) -> Any:
        """Of a character, the player's side, the size of its step, and a column or a row."""
        character, side, size, place = kind
        if self._grid.transposes:
            size, place = size[::-1], place[::-1]
        flips = self._grid.flips_columns, self._grid.flips_rows
        place = tuple(
            length - 1 - at if flip and at is not None else at
            for at, flip, length in zip(place, flips, self._board, strict=True)
        )
        return self._characters.get(character, character), self._grid.vector(side), size, place

    def compared(self, moves: Moves) -> tuple[Comparison, Comparison]:
        """What came of the keys, and how other characters moved."""
        return (
            compare(moves.player, self.of_turn, self.of_what_came),
            compare(moves.others, self.of_mover, self._grid.vector),
        )


def symmetries(look: GameLook) -> Iterator[Finding]:
    """Symmetries that the description claims and play contradicts; those that it could claim are worth knowing."""
    moves, metadata = look.seen.moves, look.metadata
    if look.seen.game is None:
        return
    moves.end_stretch()
    board = look.seen.game.board_size
    characters = sorted({*(metadata.character_set or ()), *look.seen.characters} - {" ", ""})[
        :MOST_CHARACTERS
    ]
    found_out = _directions_in(moves, metadata)
    directions = {**found_out, **metadata.directions}
    held: dict[str, str] = {}
    for name in SYMMETRIES:
        claimed = name in metadata.symmetries
        known = metadata.directions if claimed else directions
        square = board[0] == board[1] or not SYMMETRIES[name].transposes
        numbers = metadata.observe_state
        if any(problems_with_symmetries([name], metadata.actions, characters, numbers, known)):
            continue
        turns, others = Mirror(name, metadata, board, characters, known).compared(moves)
        against = turns.against or others.against
        if claimed and against:
            what = f"{name}: {_in_words(against, metadata)}"
            yield finding("symmetry-contradicted", what, against.times)
        elif not claimed and square and _holds(turns, others):
            held[name] = f"{name} ({turns.turns:,} of {turns.of:,} turns)"
    if held:
        names = [name for name in SYMMETRIES if name in held or name in metadata.symmetries]
        say_so = toml_setting("symmetries", names)
        if found_out:
            say_so += f" and {toml_setting('directions', directions)}"
        look.worth_knowing.append(
            f"alike in a mirror: {', '.join(held.values())}. {say_so} makes {len(group_of(names))} images of each turn"
        )


def _holds(turns: Comparison, others: Comparison) -> bool:
    enough = turns.turns >= max(_FEWEST_TURNS, _MOST_OF_ALL * turns.of)
    others_enough = others.turns >= _MOST_OF_ALL * others.of or others.of < _HARDLY_ANY * turns.of
    tells = turns.telling + others.telling >= _TELLING * turns.turns
    return enough and others_enough and tells and max(turns.largest, others.largest) < _BY_LUCK


def _directions_in(moves: Moves, metadata: GameMetadata) -> dict[str, str]:
    """Which way keys move the player, where their names do not say so."""
    words = {vector: word for word, vector in DIRECTIONS.items()}
    known = {**known_directions(metadata.actions), **metadata.directions}
    found = {}
    for action, key in enumerate(metadata.actions):
        steps = Counter({step: times for step, times in moves.steps[action].items() if step != (0, 0)})
        step, times = max(steps.items(), key=lambda each: each[1], default=((0, 0), 0))
        sure = times >= _FEWEST_STEPS and times >= _MOST_STEPS * steps.total()
        if sure and step in words and known.get(key) != words[step]:
            found[key] = words[step]
    return found


def _in_words(against: Difference, metadata: GameMetadata) -> str:
    where, came = against.kind[0], against.outcome
    there = f"{against.times_mirrored:,} of {against.of_mirrored:,}"
    if isinstance(where, str):
        column, row = against.kind[-1]
        line = f"row {row}" if column is None else f"column {column}"
        moved = f"{where} in {line} {_step_in_words(came)}"
    else:
        key = metadata.keys[against.kind[1]] or "no key"
        cells = "".join({"": "▒", " ": "·"}.get(cell, cell) for cell in where)
        rows = " ".join(cells[i : i + 3] for i in (0, 3, 6)) if len(cells) == 9 else cells
        step, reward, over, rises = came
        told = [
            f"the player {_step_in_words(step)}",
            *([f"reward {reward:g}"] if reward else []),
            *(["game over"] if over else []),
            *(
                f"{name} {'rose' if rise > 0 else 'fell'}"
                for name, rise in zip(metadata.observe_state, rises, strict=True)
                if rise
            ),
        ]
        moved = f"with {rows} round it and {key}, {', '.join(told)}"
    return f"{moved} {against.times:,} of {against.of:,} times; in the mirror it was {there}"


def _step_in_words(step: Vector | None) -> str:
    if step in (None, (0, 0)):
        return "stayed" if step else "jumped"
    across = abs(step[0]), "right" if step[0] > 0 else "left"
    along = abs(step[1]), "down" if step[1] > 0 else "up"
    ways = " and ".join(f"{cells} {way}" if cells > 1 else way for cells, way in (across, along) if cells)
    return f"moved {ways}"
