"""A game played in a mirror, with mirrored keys, is seen as the mirror image of the game."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retro.examples.snake import Apple, SnakeHead
from retro.game import Game

from retro_gamer import GameMetadata
from retro_gamer_core import Observations, ObservationSpec, Symmetry
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.playing.state_features import feature_names
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.symmetry import SYMMETRIES, problems_with_symmetries, symmetries_of

ARROWS = ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]
CHARACTERS = ("@", "*", ">", "<", "^", "v", "/", "\\", "-", "|")
DIRECTIONS = {"apple_dx": "right", "apple_dy": "down"}
NUMBERS = ["energy", "apple_dy", "apple_dx"]
ALL = symmetries_of(list(SYMMETRIES), ARROWS, CHARACTERS, NUMBERS, DIRECTIONS)
SIDE = 9


def mirrored(seen: Observations, actions: np.ndarray, symmetry: Symmetry, spec: ObservationSpec) -> Any:
    """All that a symmetry moves: cells, places, numbers of the state, actions."""
    places = symmetry.of_places(seen.features[:, :2], SIDE, SIDE)
    numbers = symmetry.of_numbers(seen.features[:, 2:], NUMBERS)
    cells = symmetry.of_cells(seen.cells, spec)
    return Observations(cells, np.hstack([places, numbers])), symmetry.actions[actions]


# The group ---------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(ALL), st.integers(1, 3))
def test_each_symmetry_is_undone_by_another(seed, symmetry, frames):
    rng = np.random.default_rng(seed)
    spec = ObservationSpec(frames * SIDE, SIDE, CHARACTERS, outside=True, frames=frames)
    cells = rng.integers(0, spec.n_codes, (3, spec.height, spec.width), np.uint8)
    features = np.hstack([rng.integers(0, SIDE, (3, 2)), rng.normal(size=(3, 3))]).astype(np.float32)
    actions = rng.integers(0, 5, 3)
    there, then = mirrored(Observations(cells, features), actions, symmetry, spec)
    undone = []
    for other in ALL:
        back, again = mirrored(there, then, other, spec)
        same = all(map(np.array_equal, (back.cells, back.features, again), (cells, features, actions)))
        undone += [other] if same else []
    assert undone and there.cells.shape == cells.shape and there.features.dtype == np.float32


def test_what_points_somewhere_points_elsewhere_in_a_mirror():
    _, left_right = symmetries_of(["left-right"], [*ARROWS, "x"], CHARACTERS, NUMBERS, DIRECTIONS)
    assert left_right.actions.tolist() == [2, 1, 0, 3, 4, 5]
    becomes = {one: CHARACTERS[left_right.codes[code] - 1] for code, one in enumerate(CHARACTERS, start=1)}
    assert becomes == dict(zip(CHARACTERS, "@*<>^v\\/-|", strict=True))
    assert left_right.numbers == {"apple_dx": ("apple_dx", -1), "apple_dy": ("apple_dy", 1)}


def test_letters_are_directions_where_they_can_be_and_whatever_the_description_says():
    def actions_in_a_mirror(*actions: str, **directions: str) -> list[str]:
        mirror = symmetries_of(["left-right"], actions, directions=directions)[1]
        return [actions[becomes] for becomes in mirror.actions[:-1]]

    assert actions_in_a_mirror("a", "d", "w") == ["d", "a", "w"]
    assert actions_in_a_mirror("a", "w") == ["a", "w"]
    assert actions_in_a_mirror("KEY_LEFT", "KEY_RIGHT", "a", "d") == ["KEY_RIGHT", "KEY_LEFT", "a", "d"]
    assert actions_in_a_mirror("q", "e", "x", q="left", e="right") == ["e", "q", "x"]


def test_a_character_without_its_counterpart_points_nowhere():
    mirror = symmetries_of(["left-right", "up-down"], ARROWS, ("v", "<", ">"))
    assert [each.codes[1:4].tolist() for each in mirror] == [[1, 2, 3], [1, 3, 2], [1, 2, 3], [1, 3, 2]]


@pytest.mark.parametrize(
    ("names", "actions", "directions"),
    [
        (["left-right"], ["KEY_RIGHT"], {}),
        (["diagonal"], ["KEY_RIGHT", "KEY_LEFT"], {}),
        (["left-right"], ["x", "z"], {"x": "left"}),
        (["diagonal"], ["x"], {"apple_dx": "right"}),
    ],
)
def test_what_must_point_elsewhere_and_cannot_is_a_problem(names, actions, directions):
    assert list(problems_with_symmetries(names, actions, (), ["apple_dx"], directions))
    assert not list(problems_with_symmetries(["up-down"], actions, (), ["apple_dx"], directions))


# A game beside its mirror image ------------------------------------------------------------------


class PlacedApple(Apple):
    """Appears at the places it is given, one after the other."""

    def __init__(self, places: Iterator[tuple[int, int]]) -> None:
        self.places = places
        self.position = next(places)

    def random_empty_position(self, game: Game) -> tuple[int, int]:
        return next(self.places)


def snake_game(symmetry: Symmetry, places: list[tuple[int, int]]) -> Game:
    """Snake on a square board, in a mirror; it begins at the first place."""
    moved = symmetry.of_places(np.array(places, np.float32), SIDE, SIDE).astype(int).tolist()
    head, apple = SnakeHead(), PlacedApple(iter(map(tuple, moved[1:])))
    head.position = tuple(moved[0])
    head.direction = symmetry.grid.vector(SnakeHead.RIGHT)
    ways = [SnakeHead.RIGHT, SnakeHead.LEFT, SnakeHead.UP, SnakeHead.DOWN]
    head.character = "><^v"[ways.index(head.direction)]
    state = {"score": 0, "reward": 0, "energy": 150, "apple_dx": 0.0, "apple_dy": 0.0}
    return Game([head, apple], state, board_size=(SIDE, SIDE))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("one_hot", {"frames": 2}),
        ("egocentric", {}),
        ("egocentric", {"frames": 3}),
        ("egocentric", {"radius": 3, "frames": 2}),
        ("egocentric", {"changes": 3, "goals": ["*", "@"], "walls": ["*"]}),
        ("egocentric", {"radius": 3, "changes": 3, "goals": ["@", "^", "v", ">", "<"]}),
        ("state_only", {}),
    ],
)
def test_a_game_in_a_mirror_is_seen_as_its_mirror_image(name, options):
    random.seed(3)
    places = [(4, 4), *((random.randrange(SIDE), random.randrange(SIDE)) for _ in range(40))]
    metadata = GameMetadata(
        ARROWS,
        "reward",
        list("@*><^v"),
        observe_state=NUMBERS,
        board_size=(SIDE, SIDE),
        player="Snake head",
        symmetries=list(SYMMETRIES),
        directions=DIRECTIONS,
    )
    metadata.observe_state_sizes = dict.fromkeys(NUMBERS, 1)
    plugins = installed_plugins()
    encoder = plugins.build(plugins.find_part("encoder", name), options, metadata=metadata)
    names = feature_names(metadata.observe_state_sizes)
    group = symmetries_of(metadata.symmetries, ARROWS, metadata.character_set, names, DIRECTIONS)
    games = [
        GameEnvironment(lambda symmetry=symmetry: snake_game(symmetry, places), metadata, encoder)
        for symmetry in group
    ]
    keys, longest, turns = [4, 0, 3, 2, 2, 1, 1, 0, 0, 3], 0, 0
    for game in games:
        game.reset()
    while games[0].playing and turns < 60:
        seen = [observed(game, encoder.spec) for game in games]
        for symmetry, image in zip(group, seen, strict=True):
            expected = encoder.mirrored(seen[0], symmetry)
            np.testing.assert_array_equal(image.cells, expected.cells)
            np.testing.assert_allclose(image.features, expected.features, rtol=1e-6)
        longest = max(longest, len(games[0].game.agents))
        towards = toward_apple(games[0].game) if turns % 3 else keys[turns // 3 % len(keys)]
        told = [
            game.step(metadata.keys[symmetry.actions[towards]])[1:]
            for symmetry, game in zip(group, games, strict=True)
        ]
        assert len(set(map(str, told))) == 1
        turns += 1
    assert longest > 2 and turns > 10


def observed(game: GameEnvironment, spec: ObservationSpec) -> Observations:
    seen = Observations.empty(1, spec)
    game.write_observation(seen.cells[0], seen.features[0])
    return seen


def toward_apple(game: Game) -> int:
    (x, y), (apple_x, apple_y) = (game.get_agent_by_name(name).position for name in ("Snake head", "Apple"))
    if x != apple_x:
        return 0 if apple_x > x else 2
    return 3 if apple_y > y else 1
