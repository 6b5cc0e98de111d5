"""Symmetries of a game: whatever happens in it happens in its mirror image, too.

A symmetry moves the cells of a board, and with them everything that points in a direction: keys, characters
such as ``<`` and ``>``, and numbers of the state such as the distance to an apple. What does so is known by its
name (the arrow keys, w a s d, ``^v<>`` and the like) or said by the ``directions`` of a game's description.

Source: van der Pol et al. 2020, "MDP homomorphic networks" (arXiv 2006.16908), section 3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from retro_gamer_core.observation import ObservationSpec

Vector = tuple[int, int]
Shape = frozenset[Vector]
"""The directions in which something points; a line such as ``/`` points in two."""

DIRECTIONS: dict[str, Vector] = {"right": (1, 0), "left": (-1, 0), "up": (0, -1), "down": (0, 1)}


@dataclass(frozen=True)
class GridSymmetry:
    """Where the cells of a board go: across its diagonal first, then each row and each column turned round."""

    transposes: bool = False
    flips_columns: bool = False
    flips_rows: bool = False

    def then(self, other: GridSymmetry) -> GridSymmetry:
        """This one, followed by the other."""
        columns, rows = self.flips_columns, self.flips_rows
        if other.transposes:
            columns, rows = rows, columns
        return GridSymmetry(
            self.transposes != other.transposes, columns != other.flips_columns, rows != other.flips_rows
        )

    def vector(self, vector: Vector) -> Vector:
        """Where a step goes."""
        x, y = vector[::-1] if self.transposes else vector
        return (-x if self.flips_columns else x, -y if self.flips_rows else y)

    def shape(self, shape: Shape) -> Shape:
        return frozenset(map(self.vector, shape))


SYMMETRIES: dict[str, GridSymmetry] = {
    "left-right": GridSymmetry(flips_columns=True),
    "up-down": GridSymmetry(flips_rows=True),
    "diagonal": GridSymmetry(transposes=True),
}
"""Those that a description can name; ``diagonal`` makes columns of rows."""


def group_of(names: Sequence[str]) -> list[GridSymmetry]:
    """All that these symmetries, one after the other, can come to; the first one leaves everything as it is."""
    found = [GridSymmetry()]
    for each in found:  # grows meanwhile
        found += [new for name in dict.fromkeys(names) if (new := each.then(SYMMETRIES[name])) not in found]
    return found


@dataclass(frozen=True, eq=False)
class Symmetry:
    """One symmetry of one game, for whole batches of what was seen and done.

    Args:
        grid: where cells go.
        actions: ``int64[n_actions]``, the action that each action becomes.
        codes: ``uint8[256]``, the code that each code of a cell becomes.
        numbers: for each number of the state that points somewhere, which it becomes and with which sign.
    """

    grid: GridSymmetry
    actions: np.ndarray
    codes: np.ndarray
    numbers: Mapping[str, tuple[str, int]]

    def of_cells(self, cells: np.ndarray, spec: ObservationSpec) -> np.ndarray:
        """The mirror image of ``cells: uint8[n, h, w]``, in which each board of ``spec.frames`` is a picture."""
        import numpy as np

        grid = self.grid
        recoded = np.frombuffer(cells.tobytes().translate(self.codes.tobytes()), np.uint8)  # faster than take
        boards = recoded.reshape(len(cells), spec.frames, spec.board_height, spec.width)
        if grid.transposes:
            boards = boards.swapaxes(2, 3)
        boards = boards[:, :, :: -1 if grid.flips_rows else 1, :: -1 if grid.flips_columns else 1]
        return boards.copy().reshape(cells.shape)

    def of_places(self, places: np.ndarray, width: float, height: float) -> np.ndarray:
        """Where ``places: float32[n, 2]`` go: column and row, counted from 0 to below ``width`` and ``height``."""
        columns, rows = (places[:, ::-1] if self.grid.transposes else places).T
        mirrored = places.copy()
        mirrored[:, 0] = width - 1 - columns if self.grid.flips_columns else columns
        mirrored[:, 1] = height - 1 - rows if self.grid.flips_rows else rows
        return mirrored

    def of_numbers(self, numbers: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Numbers of the state, ``float32[n, len(names)]``: those that point somewhere change their sign or place."""
        mirrored = numbers.copy()
        for name, (becomes, sign) in self.numbers.items():
            mirrored[:, names.index(becomes)] = sign * numbers[:, names.index(name)]
        return mirrored


# What points where ----------------------------------------------------------------------------

Family = dict[str, Shape]
"""Things that become each other: the arrow keys, say. Each with the directions in which it points."""


def _family(things: Sequence[str | None]) -> Family:
    """Things that point right, left, up and down, in this order; None where there is none."""
    pointing = zip(things, DIRECTIONS.values(), strict=False)
    return {thing: frozenset([vector]) for thing, vector in pointing if thing is not None}


def _lines(things: str, one: Vector, other: Vector) -> Family:
    return {thing: frozenset([(x, y), (-x, -y)]) for thing, (x, y) in zip(things, (one, other), strict=True)}


_ARROW_KEYS = _family(["KEY_RIGHT", "KEY_LEFT", "KEY_UP", "KEY_DOWN"])
_LETTER_KEYS = (_family("daws"), _family("DAWS"))
_CHARACTERS = (
    *map(_family, ("><^v", "><^V", "→←↑↓", "⇒⇐⇑⇓", "▶◀▲▼", "►◄▲▼", ")(", "][", "}{")),
    *(_lines(pair, (1, -1), (1, 1)) for pair in ("/\\", "╱╲")),
    *(_lines(pair, (1, 0), (0, 1)) for pair in ("-|", "─│", "═║")),
)


def _with_counterparts(family: Family, group: Sequence[GridSymmetry]) -> Family:
    """Those of a family that become others of it, whichever symmetry it is."""
    shapes = set(family.values())
    return {
        thing: shape for thing, shape in family.items() if {grid.shape(shape) for grid in group} <= shapes
    }


def _present(families: Sequence[Family], things: Sequence[str]) -> Iterator[Family]:
    taken: set[str] = set()
    for family in families:
        found = {thing: shape for thing, shape in family.items() if thing in things and thing not in taken}
        taken |= found.keys()
        if found:
            yield found


def _said(directions: Mapping[str, str], things: Sequence[str]) -> list[Family]:
    """What the description says of these: the first ones of each direction belong together, then the second ones."""
    by_way = [[thing for thing in things if directions.get(thing) == way] for way in DIRECTIONS]
    return [_family(row) for row in zip_longest(*by_way)]


def _keys_that_must(actions: Sequence[str], directions: Mapping[str, str]) -> list[Family]:
    """Keys that point somewhere for certain, so that each of them must become another."""
    rest = [action for action in actions if action not in directions]
    return [*_said(directions, actions), *_present([_ARROW_KEYS], rest)]


def _families(
    actions: Sequence[str],
    characters: Sequence[str],
    directions: Mapping[str, str],
    group: Sequence[GridSymmetry],
) -> tuple[list[Family], list[Family]]:
    """Those of the keys and those of the characters.

    A letter, or a character without its counterpart, is taken for what it is: the v of a game without a ^ is a bat.
    """
    arrows = any(action in _ARROW_KEYS for action in actions)
    letters = () if arrows else _present(_LETTER_KEYS, [each for each in actions if each not in directions])
    looks = _present(_CHARACTERS, [each for each in characters if each not in directions])
    return (
        [*_keys_that_must(actions, directions), *(_with_counterparts(each, group) for each in letters)],
        [*_said(directions, characters), *(_with_counterparts(each, group) for each in looks)],
    )


def known_directions(actions: Sequence[str]) -> dict[str, str]:
    """Which way keys point by their names."""
    families = [_ARROW_KEYS] if any(action in _ARROW_KEYS for action in actions) else _LETTER_KEYS
    return {key: _word(shape) for family in _present(families, actions) for key, shape in family.items()}


def symmetries_of(
    names: Sequence[str],
    actions: Sequence[str],
    characters: Sequence[str] = (),
    numbers: Sequence[str] = (),
    directions: Mapping[str, str] | None = None,
) -> list[Symmetry]:
    """The group that the named symmetries generate, the one that changes nothing first.

    Args:
        names: some of ``SYMMETRIES``, of which ``problems_with_symmetries`` found nothing wrong.
        actions: the keys; one action more, the last, presses nothing.
        characters: the character with code 1, 2, …
        numbers: names of the features that are numbers of the state.
        directions: what the description says of keys, characters and numbers.
    """
    import numpy as np

    directions, group = directions or {}, group_of(names)
    keys, looks = _families(actions, characters, directions, group)
    found = []
    for grid in group:
        becomes = _pairs(keys, grid)
        order = [actions.index(becomes.get(action, action)) for action in actions]
        codes = np.arange(256, dtype=np.uint8)
        mirrored = _pairs(looks, grid)
        for code, name in enumerate(characters, start=1):
            character, space, what = name.partition(" ")  # an encoder may say more of it: "> left 1"
            codes[code] = 1 + characters.index(mirrored.get(character, character) + space + what)
        signed = _signed_pairs(_said(directions, numbers), grid)
        found.append(Symmetry(grid, np.array([*order, len(order)]), codes, signed))
    return found


def _pairs(families: Sequence[Family], grid: GridSymmetry) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for family in families:
        by_shape = {shape: thing for thing, shape in family.items()}
        pairs |= {thing: by_shape[grid.shape(shape)] for thing, shape in family.items()}
    return pairs


def _signed_pairs(families: Sequence[Family], grid: GridSymmetry) -> dict[str, tuple[str, int]]:
    """A number that is to become one that points the other way becomes it with the other sign."""
    pairs: dict[str, tuple[str, int]] = {}
    for family in families:
        by_shape = {shape: name for name, shape in family.items()}
        for name, shape in family.items():
            mirrored = grid.shape(shape)
            same_way = mirrored in by_shape
            pairs[name] = by_shape[mirrored if same_way else _backwards(mirrored)], 1 if same_way else -1
    return pairs


def _backwards(shape: Shape) -> Shape:
    return frozenset((-x, -y) for x, y in shape)


def problems_with_symmetries(
    names: Sequence[str],
    actions: Sequence[str],
    characters: Sequence[str],
    numbers: Sequence[str],
    directions: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """What keeps these symmetries from being used with these keys, and what to try. The arguments are as above."""
    group = group_of(names)
    for family in [*_keys_that_must(actions, directions), *_said(directions, characters)]:
        for thing, shape in family.items():
            missing = next((g for g in group if g.shape(shape) not in family.values()), None)
            if missing is not None:
                way = _word(missing.shape(shape))
                yield (
                    f"{thing!r} points {_word(shape)} and has no counterpart that points {way}",
                    f'add that one to actions or character_set, and say so: directions = {{ … = "{way}" }}',
                )
    for family in _said(directions, numbers):
        for name, shape in family.items():
            known = {*family.values(), *map(_backwards, family.values())}
            missing = next((g for g in group if g.shape(shape) not in known), None)
            if missing is not None:
                yield (
                    f"the number {name!r} points {_word(shape)}, and no other one {_word(missing.shape(shape))}",
                    "observe that one, too, or neither",
                )


def _word(shape: Shape) -> str:
    return next(word for word, vector in DIRECTIONS.items() if vector in shape)
