"""The ways to what is on the board, and what changed of late: each beside a model that is slow and plain."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retro.game import Game

from retro_gamer_core import Encoder, GameMetadata, RetroGamerError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.playing.frames import CharacterCodes, Frame
from retro_gamer_core.playing.survey import survey_game
from retro_gamer_core.plugins.registry import installed_plugins

STEPS = [(1, 0), (0, -1), (-1, 0), (0, 1)]


def build(metadata: GameMetadata, **options: Any) -> Encoder:
    plugins = installed_plugins()
    return plugins.build(plugins.find_part("encoder", "egocentric"), options, metadata=metadata)


class Thing:
    def __init__(self, character, position, name="thing"):
        self.character, self.position, self.name = character, position, name

    def handle_keystroke(self, keystroke, game):
        pass


def distances(goals: set, walls: set, size: tuple[int, int]) -> dict:
    """Of each place the steps to the nearest goal, place by place; a goal may stand in a wall."""
    found, line = dict.fromkeys(goals, 0), deque(sorted(goals))
    while line:
        x, y = line.popleft()
        for dx, dy in STEPS:
            place = x + dx, y + dy
            inside = 0 <= place[0] < size[0] and 0 <= place[1] < size[1]
            if inside and place not in walls and place not in found:
                found[place] = found[x, y] + 1
                line.append(place)
    return found


@st.composite
def mazes(draw: st.DrawFn) -> tuple[tuple[int, int], dict, tuple[int, int]]:
    size = draw(st.integers(1, 8)), draw(st.integers(1, 6))
    places = st.tuples(st.integers(0, size[0] - 1), st.integers(0, size[1] - 1))
    return size, draw(st.dictionaries(places, st.sampled_from("##oG"), max_size=30)), draw(places)


@settings(max_examples=200, deadline=None)
@given(mazes(), st.sampled_from(["#", "#G", ""]), st.sampled_from([None, 2]))
def test_each_goal_is_as_near_as_walking_shows_and_each_step_leads_there_or_away(maze, walls, radius):
    size, board, player = maze
    board = {**board, player: "@"}
    metadata = GameMetadata(["w"], "score", list("@#oG"), player="player", board_size=size)
    others = [Thing(each, place, str(place)) for place, each in board.items() if place != player]
    game = Game([Thing("@", player, "player"), *others], {"score": 0}, board_size=size)
    encoder = build(metadata, goals=["o", "G", "?"], walls=list(walls), radius=radius)
    frame = Frame(size, CharacterCodes(metadata.character_set), "player")
    frame.begin(game)
    cells = np.zeros((encoder.spec.height, encoder.spec.width), np.uint8)
    features = np.full(encoder.spec.n_features, 7, np.float32)
    encoder.encode(frame, cells, features)

    blocked = {place for place, character in board.items() if character in walls}
    expected: list[float] = []
    for goal in "oG?":
        far = distances({place for place, each in board.items() if each == goal}, blocked, size)
        if player not in far:
            expected += [0.0] * 5
            continue
        expected.append(0.9 ** far[player])
        for dx, dy in STEPS:
            place = player[0] + dx, player[1] + dy
            inside = 0 <= place[0] < size[0] and 0 <= place[1] < size[1]
            nearer = far.get(place, 99) < far[player]
            free = inside and place not in blocked
            expected.append(0.0 if not free else 1.0 if nearer else -1.0)
    np.testing.assert_allclose(features[2:], np.float32(expected))
    assert encoder.spec.features[2:4] == ("closeness of o", "o by right")


class Wanderer(Thing):
    """Goes somewhere else, or out of sight, when it likes."""

    def play_turn(self, game):
        x, y = self.position
        if random.random() < 0.6:
            dx, dy = random.choice(STEPS)
            self.position = x + dx, y + dy


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from([None, 2]))
def test_changes_are_what_left_and_came_by_kind_and_age(seed, turns, radius):
    random.seed(seed)
    size = 6, 4
    metadata = GameMetadata(["w"], "score", list("@ab"), player="player", board_size=size)
    encoder = build(metadata, changes=turns, radius=radius)
    things = [Wanderer(c, (random.randrange(6), random.randrange(4)), f"{c}{i}") for i, c in enumerate("aab")]
    game = Game([Wanderer("@", (2, 1), "player"), *things], {"score": 0}, board_size=size)
    frame = Frame(size, CharacterCodes(metadata.character_set), "player")
    frame.begin(game)
    boards = []  # codes and player, the newest last
    shown: dict[
        tuple[int, int], tuple[str, str, int]
    ] = {}  # the last change of each cell: what, how, in which turn
    for turn in range(8):
        cells = np.zeros((encoder.spec.height, encoder.spec.width), np.uint8)
        features = np.zeros(encoder.spec.n_features, np.float32)
        for _ in range(2):  # however often it is asked
            encoder.encode(frame, cells, features)
        boards.append((frame.codes.copy(), frame.player))
        if turn:
            (before, was), (now, at) = boards[-2:]
            for y, x in np.argwhere(before != now).tolist():
                if (x, y) not in (was, at):
                    code, how = (now[y, x], "came") if now[y, x] else (before[y, x], "left")
                    shown[x, y] = metadata.character_set[code - 1], how, turn
        expected = np.zeros((size[1], size[0]), object)
        for (x, y), (what, how, since) in shown.items():
            if turn - since < turns:
                expected[y, x] = f"{what} {how} {turn - since + 1}"
        if radius is None:
            below = cells[size[1] :]
            names = np.array([0, *encoder.spec.characters, "outside"], object)[below]
            assert names.tolist() == expected.tolist()
        game.turn_number += 1
        for thing in game.agents:
            thing.play_turn(game)
        frame.read()


def test_with_many_characters_changes_are_seen_for_fewer_turns_and_with_too_many_they_are_refused():
    metadata = GameMetadata(["w"], "score", [chr(64 + i) for i in range(30)], board_size=(4, 3))
    assert "the last 3 turn(s)" in build(metadata, changes=8).explain()[0]
    metadata.character_set = [chr(64 + i) for i in range(84)]
    with pytest.raises(RetroGamerError) as caught:
        build(metadata, changes=1)
    assert "changes = 0" in str(caught.value)


@pytest.mark.parametrize(
    ("game", "steps", "walls", "goals"),
    [
        ("tests/benchmarks/games/foraging.py", {"right", "up", "left", "down"}, ("#",), ("o",)),
        ("tests/benchmarks/games/trap.py", {"right", "up", "left", "down"}, (), ("&", "+")),
        ("tests/benchmarks/games/shooter.py", {"right", "left"}, (), ("V", "|")),
        ("snake", {"right", "up", "left", "down"}, ("*",), ("*", "@")),
    ],
)
def test_a_survey_finds_out_where_keys_lead_what_stops_the_player_and_what_there_is_to_walk_to(
    game, steps, walls, goals
):
    found = find_game(game)
    complete_metadata(found.metadata, found.factory)
    facts = survey_game(found.name, found.factory, found.metadata)
    assert (set(facts.steps), facts.walls, facts.goals) == (steps, walls, goals)
