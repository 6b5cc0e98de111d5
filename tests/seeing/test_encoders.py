"""The built-in ways of seeing, each beside a model so plain that it can be checked by reading it."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retro.game import Game
from retro.views import HeadlessView

from retro_gamer import GameEnvironment, GameMetadata, encode_board, encode_observation, encode_state
from retro_gamer_core import Encoder, ObservationSpec, RetroGamerError
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.observation import one_hot, view
from retro_gamer_core.playing.environment import complete_metadata
from retro_gamer_core.playing.frames import CharacterCodes, Frame
from retro_gamer_core.playing.state_features import sizes_of
from retro_gamer_core.plugins.registry import installed_plugins

ENCODERS = [("one_hot", {}), ("egocentric", {}), ("egocentric", {"radius": 3}), ("state_only", {})]
ENCODERS += [(name, {**options, "frames": 3}) for name, options in ENCODERS[:3]]


def build(name: str, metadata: GameMetadata, **options: Any) -> Encoder:
    plugins = installed_plugins()
    return plugins.build(plugins.find_part("encoder", name), options, metadata=metadata)


def seen_by(encoder: Encoder, frame: Frame, garbage: int = 255) -> tuple[np.ndarray, np.ndarray]:
    """What the encoder writes over an older observation."""
    cells = np.full((encoder.spec.height, encoder.spec.width), garbage, np.uint8)
    features = np.full(encoder.spec.n_features, garbage, np.float32)
    encoder.encode(frame, cells, features)
    return cells, features


def frame_of(game: Game, metadata: GameMetadata, player: str | None = None) -> Frame:
    frame = Frame(metadata.board_size, CharacterCodes(metadata.character_set), player)
    frame.begin(game)
    return frame


# The documented flat vector --------------------------------------------------------------------


def test_a_board_by_hand_is_rows_of_columns_of_characters():
    board = encode_board([["@", " "], ["x", "#"], ["#", "@"]], ["#", "@"])
    assert board.dtype == np.float32
    assert board.tolist() == [[[0, 1], [0, 0]], [[0, 0], [1, 0]], [[1, 0], [0, 1]]]


def test_a_state_by_hand_is_laid_flat():
    values = encode_state({"a": 1, "b": (2.5, True), "c": "text"}, ["b", "a"])
    assert values.dtype == np.float32
    assert values.tolist() == [2.5, 1.0, 1.0]
    with pytest.raises(KeyError):
        encode_state({}, ["a"])


@pytest.mark.parametrize(("spatial", "board"), [(True, [1, 0, 0, 0, 1, 1]), (False, [1, 0, 0, 1, 0, 1])])
def test_a_spatial_board_comes_character_by_character_another_one_cell_by_cell_then_the_state(spatial, board):
    metadata = GameMetadata(["w"], "score", ["#", "@"], spatial, ["lives"])
    observation = encode_observation([["#", "@", "@"]], {"lives": 7}, metadata)
    assert observation.tolist() == [*board, 7]


@settings(max_examples=60, deadline=None)
@given(st.data(), st.booleans())
def test_the_environment_gives_the_same_vector_as_encoding_by_hand(made_up_games, data, spatial):
    metadata = GameMetadata(
        ["w"],
        "score",
        data.draw(st.lists(st.sampled_from("ab#é█"), unique=True)),
        spatial,
        data.draw(st.lists(st.sampled_from(["lives", "fast", "heading", "alone", "nothing"]), unique=True)),
    )
    environment, drawn = GameEnvironment(data.draw(made_up_games), metadata), HeadlessView()
    observation = environment.reset()
    while True:
        drawn.render(environment.game)
        by_hand = encode_observation(drawn.board_characters, environment.game.state, metadata)
        assert observation.dtype == np.float32
        np.testing.assert_array_equal(observation, by_hand)
        assert len(observation) == environment.spec.n_inputs
        if not environment.playing:
            break
        observation, _, _ = environment.step("w")


# Every encoder ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "options"), ENCODERS)
@pytest.mark.parametrize("game_name", ["snake", "nav", "beast"])
def test_an_encoder_writes_every_cell_and_leaves_the_game_alone(game_name, name, options, started):
    found = find_game(game_name)
    found.metadata.observe_state = ["score"]
    complete_metadata(found.metadata, found.factory)
    encoder = build(name, found.metadata, **options)
    random.seed(1)
    game = started(found.factory())
    frame = frame_of(game, found.metadata)
    for key in found.metadata.keys:
        before = snapshot(game)
        frame.read()
        cells, features = seen_by(encoder, frame, garbage=255)
        again = seen_by(encoder, frame, garbage=99)
        np.testing.assert_array_equal(cells, again[0])
        np.testing.assert_array_equal(features, again[1])
        assert cells.max(initial=0) < encoder.spec.n_codes
        assert snapshot(game) == before
        game.input_source.press(key)
        game.step()


def snapshot(game: Game) -> list[Any]:
    """Everything a game and its characters hold, Python's random numbers included."""
    containers = {key: value.copy() for key, value in vars(game).items() if hasattr(value, "copy")}
    return [vars(game).copy(), containers, [vars(agent).copy() for agent in game.agents], random.getstate()]


@pytest.mark.parametrize(("name", "options"), ENCODERS)
def test_an_encoder_explains_itself(name, options):
    metadata = GameMetadata(["w"], "score", ["@"], board_size=(4, 3), observe_state=["lives"])
    metadata.observe_state_sizes = {"lives": 1}
    [sentence] = build(name, metadata, **options).explain()
    assert sentence.startswith(f"encoder {name}: ")


# Boards of the turns before ----------------------------------------------------------------------


@pytest.mark.parametrize(("name", "options"), ENCODERS[:3])
def test_the_newest_boards_stand_one_below_the_other(name, options, started):
    """However often it is asked in a turn; before the first turn all are alike."""
    found = find_game("snake")
    complete_metadata(found.metadata, found.factory)
    one, three = (build(name, found.metadata, **options, frames=n) for n in (1, 3))
    random.seed(1)
    game = started(found.factory())
    frame, before = frame_of(game, found.metadata), frame_of(game, found.metadata)
    looked = [frame.codes.copy()] * 2
    for key in ("KEY_RIGHT", "KEY_DOWN", None, "KEY_LEFT"):
        looked.insert(0, frame.codes.copy())
        cells, features = seen_by(three, frame)
        for again in range(2):
            np.testing.assert_array_equal(seen_by(three, frame, garbage=again)[0], cells)
        for board, then in zip(np.split(cells, 3), looked, strict=False):
            with_board_of_then(before, then)
            np.testing.assert_array_equal(board, seen_by(one, before)[0])
        np.testing.assert_array_equal(features, seen_by(one, frame)[1])
        newest = view(*seen_by(one, frame), one.spec)
        np.testing.assert_array_equal(view(cells, features, three.spec)[: len(newest)], newest)
        assert three.spec.board_height == one.spec.height
        game.input_source.press(key)
        game.step()
        frame.read()
    assert not np.array_equal(looked[0], looked[1])


def with_board_of_then(frame: Frame, codes: np.ndarray) -> None:
    """The place of the player is that of now."""
    frame.codes.flags.writeable = True
    frame.codes[...] = codes


# The whole board -------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_whole_board_is_the_codes_of_the_frame(made_up_games, data):
    metadata = GameMetadata(["w"], "score", list("ab#"), observe_state=["heading", "fast"])
    game = (play := data.draw(made_up_games))()
    complete_metadata(metadata, play)
    frame = frame_of(game, metadata)
    cells, features = seen_by(build("one_hot", metadata), frame)
    np.testing.assert_array_equal(cells, frame.codes)
    np.testing.assert_array_equal(features, encode_state(game.state, metadata.observe_state))


# From the player's place -----------------------------------------------------------------------


class Thing:
    def __init__(self, character, position, name):
        self.character, self.position, self.name = character, position, name


@st.composite
def boards_with_a_player(draw: st.DrawFn) -> tuple[Game, GameMetadata]:
    width, height = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    place = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))
    things = draw(st.lists(st.tuples(st.sampled_from("ab#"), place), max_size=8))
    player = Thing("@", draw(place), "player")
    others = [Thing(character, at, str(i)) for i, (character, at) in enumerate(things)]
    game = Game([player, *others], {"score": 0}, board_size=(width, height))
    game.state.update(lives=3, at=(1, 2))  # retro-games 2.5.0 takes tuples only now, and not before
    metadata = GameMetadata(["w"], "score", list("@ab"), player="player", board_size=(width, height))
    metadata.spatial = draw(st.booleans())
    metadata.observe_state = draw(st.sampled_from([[], ["lives"], ["at", "lives"]]))
    metadata.observe_state_sizes = sizes_of(game.state, metadata.observe_state)
    return game, metadata


def around_the_player(game: Game, codes: np.ndarray, left: int, up: int, outside: int) -> list[list[int]]:
    """All cells from ``left`` before the player to ``left`` behind it, and as many rows as ``up`` says."""
    (x, y), (width, height) = game.agents[0].position, game.board_size
    return [
        [
            codes[y + dy, x + dx] if 0 <= x + dx < width and 0 <= y + dy < height else outside
            for dx in range(-left, left + 1)
        ]
        for dy in range(-up, up + 1)
    ]


@settings(max_examples=100, deadline=None)
@given(boards_with_a_player(), st.integers(1, 8))
def test_a_window_shows_what_is_around_the_player_and_what_is_beyond_the_edge(board, radius):
    game, metadata = board
    encoder = build("egocentric", metadata, radius=radius)
    frame = frame_of(game, metadata, "player")
    cells, features = seen_by(encoder, frame)
    outside = encoder.spec.outside_code
    assert outside == 4, "no character looks like it, nor does an empty cell"
    assert cells.tolist() == around_the_player(game, frame.codes, radius, radius, outside)
    (x, y), (width, height) = game.agents[0].position, game.board_size
    expected = [x / max(1, width - 1), y / max(1, height - 1)]
    np.testing.assert_array_equal(
        features, np.float32([*expected, *encode_state(game.state, metadata.observe_state)])
    )
    assert 0 <= features[0] <= 1
    assert 0 <= features[1] <= 1


@settings(max_examples=100, deadline=None)
@given(boards_with_a_player())
def test_the_centred_view_is_the_whole_board_with_its_edge_marked_straight_ahead(board):
    game, metadata = board
    encoder = build("egocentric", metadata)
    spec = encoder.spec
    frame = frame_of(game, metadata, "player")
    cells, features = seen_by(encoder, frame)
    (x, y), (width, height) = game.agents[0].position, game.board_size
    expected = around_the_player(game, frame.codes, width, height, outside=0)
    for column, row in [(-1, y), (width, y), (x, -1), (x, height)]:
        expected[row - y + height][column - x + width] = spec.outside_code
    assert view(cells, features, spec).tolist() == expected
    assert (spec.view_height, spec.view_width) == (2 * height + 1, 2 * width + 1)
    state = encode_state(game.state, metadata.observe_state)
    np.testing.assert_array_equal(features[2:], state)


@settings(max_examples=60, deadline=None)
@given(boards_with_a_player(), st.none() | st.integers(1, 4))
def test_the_flat_vector_of_a_view_has_one_in_the_place_of_each_code(board, radius):
    game, metadata = board
    encoder = build("egocentric", metadata, radius=radius)
    spec = encoder.spec
    cells, features = seen_by(encoder, frame_of(game, metadata, "player"))
    seen = view(cells, features, spec)
    planes = np.array([seen == code for code in range(1, spec.n_codes)], np.float32)
    board = planes if metadata.spatial else planes.transpose(1, 2, 0)
    beside = features[2:] if radius is None else features
    vector = one_hot(cells, features, spec)
    np.testing.assert_array_equal(vector, np.concatenate([board.ravel(), beside]))
    assert vector.dtype == np.float32
    assert len(vector) == spec.n_inputs


@pytest.mark.parametrize("options", [{}, {"radius": 2}])
def test_when_the_player_leaves_the_view_stays_where_it_was(options):
    player = Thing("@", (2, 1), "player")
    game = Game([player], {"score": 0}, board_size=(4, 3))
    metadata = GameMetadata(["w"], "score", ["@"], player="player", board_size=(4, 3))
    encoder = build("egocentric", metadata, **options)
    frame = frame_of(game, metadata, "player")
    before = view(*seen_by(encoder, frame), encoder.spec)
    player.position = (-9, 40)
    frame.read()
    beyond = view(*seen_by(encoder, frame), encoder.spec)
    game.remove_agent(player)
    frame.read()
    gone = view(*seen_by(encoder, frame), encoder.spec)
    np.testing.assert_array_equal(beyond, gone)
    assert (before != gone).sum() == 1, "only the player itself is missing"


@pytest.mark.parametrize("options", [{}, {"radius": 2}])
def test_the_character_in_the_middle_can_be_named(options):
    things = [Thing("@", (0, 0), "player"), Thing("a", (3, 2), "cat")]
    game = Game(things, {"score": 0}, board_size=(4, 3))
    metadata = GameMetadata(["w"], "score", ["@", "a"], player="player", board_size=(4, 3))
    encoder = build("egocentric", metadata, player="cat", **options)
    environment = GameEnvironment(lambda: game, metadata, encoder)
    environment.begin_episode()
    cells, features = np.zeros((encoder.spec.height, encoder.spec.width), np.uint8), np.zeros(2, np.float32)
    environment.write_observation(cells, features)
    seen = view(cells, features, encoder.spec)
    assert seen[seen.shape[0] // 2, seen.shape[1] // 2] == 2


@pytest.mark.parametrize(
    ("options", "shown"), [({}, "listens to the keyboard"), ({"player": "ship"}, "named 'ship'")]
)
@pytest.mark.parametrize("radius", [None, 2])
def test_without_a_player_the_error_says_how_to_name_one(options, shown, radius):
    metadata = GameMetadata(["w"], "score", ["@"], board_size=(4, 3))
    encoder = build("egocentric", metadata, radius=radius, **options)
    frame = frame_of(Game([], {"score": 0}, board_size=(4, 3)), metadata, encoder.player)
    with pytest.raises(RetroGamerError) as caught:
        seen_by(encoder, frame)
    assert shown in caught.value.problem.what
    assert "player = " in caught.value.problem.hint


# State values alone ----------------------------------------------------------------------------


def test_state_values_alone_show_no_board():
    metadata = GameMetadata(["w"], "score", observe_state=["heading", "fast"], board_size=(4, 3))
    game = Game([], {"fast": True}, board_size=(4, 3))
    game.state["heading"] = (0.5, -1)
    metadata.observe_state_sizes = sizes_of(game.state, metadata.observe_state)
    encoder = build("state_only", metadata)
    frame = Frame((4, 3), CharacterCodes([]))
    frame.begin(game)
    cells, features = seen_by(encoder, frame)
    assert cells.size == 0
    assert features.tolist() == [0.5, -1.0, 1.0]
    assert encoder.spec == ObservationSpec(0, 0, (), features=("heading[0]", "heading[1]", "fast"))
    assert one_hot(cells, features, encoder.spec).tolist() == [0.5, -1.0, 1.0]


def test_state_values_alone_need_at_least_one():
    with pytest.raises(RetroGamerError) as caught:
        build("state_only", GameMetadata(["w"], "score", ["@"], board_size=(4, 3)))
    assert "nothing for the learner to see" in caught.value.problem.what
    assert "observe_state" in caught.value.problem.hint


# Specifications --------------------------------------------------------------------------------


@settings(max_examples=50)
@given(boards_with_a_player(), st.sampled_from(ENCODERS[:3]))
def test_a_specification_survives_a_checkpoint(board, encoder):
    _, metadata = board
    spec = build(encoder[0], metadata, **encoder[1]).spec
    assert ObservationSpec.from_dict(spec.to_dict()) == spec
