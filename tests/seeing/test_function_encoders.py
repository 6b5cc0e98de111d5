"""A plain function as the learner's eyes, named ``module:function``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from textwrap import dedent

import numpy as np
import pytest
from retro.game import Game

from retro_gamer_core import Encoder, RetroGamerError
from retro_gamer_core.configuration import PartChoice
from retro_gamer_core.errors import GameError
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.observation import Observations
from retro_gamer_core.playing.environment import GameEnvironment
from retro_gamer_core.playing.function_encoder import takes_a_game
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.player import build_encoder

METADATA = GameMetadata(["KEY_RIGHT"], "score", ["@"], board_size=(5, 3))


@pytest.fixture
def eyes(tmp_path, monkeypatch, walker) -> Iterator[Callable[[str], Encoder]]:
    """``eyes(source)``: the encoder ``my_eyes:look`` of a file with that source."""
    monkeypatch.syspath_prepend(tmp_path)

    def build(source: str) -> Encoder:
        (tmp_path / "my_eyes.py").write_text(dedent(source), encoding="utf-8")
        choice = PartChoice("encoder", "my_eyes:look", {})
        return build_encoder(choice, METADATA, create_game(walker), installed_plugins())

    yield build
    sys.modules.pop("my_eyes", None)


def create_game(walker) -> Callable[[], Game]:
    return lambda: Game([walker()], {"score": 0}, board_size=(5, 3))


def test_a_function_of_the_game_is_what_the_learner_sees(eyes, walker):
    encoder = eyes("""
        def look(game):
            x, y = game.get_agent_by_name("walker").position
            return [x, y, game.turn_number]
        """)
    environment = GameEnvironment(create_game(walker), METADATA, encoder)
    assert environment.reset().tolist() == [1, 1, 0]
    observation, _, _ = environment.step("KEY_RIGHT")
    assert observation.tolist() == [2, 1, 1]
    assert environment.spec.features == ("look[0]", "look[1]", "look[2]")
    assert encoder.explain() == [
        "encoder look: the learner sees the 3 numbers that this function of your own returns"
    ]


def test_a_function_of_the_frame_sees_codes_and_player(eyes, walker):
    encoder = eyes("""
        def look(frame):
            x, y = frame.player
            return [frame.codes[y, x], frame.codes.sum(), frame.state["score"], frame.game.turn_number]
        """)
    environment = GameEnvironment(create_game(walker), METADATA, encoder)
    assert environment.reset().tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("result", "seen"),
    [("5", [5]), ("True", [1]), ("(1, 2.5)", [1, 2.5]), ("[[1, 2], [3, 4]]", [1, 2, 3, 4])],
)
def test_a_number_or_any_nest_of_numbers_will_do(eyes, walker, result, seen):
    encoder = eyes(f"def look(game):\n    return {result}\n")
    assert GameEnvironment(create_game(walker), METADATA, encoder).reset().tolist() == seen


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("pass", "it returned nothing"),
        ("return []", "it returned no number at all"),
        ("return [1, float('nan')]", "not finite"),
        ("return [float('inf')]", "not finite"),
        ("return ['left']", "something else than numbers"),
        ("return {'x': 1}", "something else than numbers"),
        ("return [[1], [2, 3]]", "something else than numbers"),
        ("return game.state['lives']", "KeyError: 'lives'"),
    ],
)
def test_a_wrong_result_is_explained_before_training_begins(eyes, body, shown):
    with pytest.raises(RetroGamerError) as caught:
        eyes(f"\ndef look(game):\n    {body}\n")
    problem = caught.value.problem
    assert problem.what.startswith("the encoder function look cannot be used: ")
    assert shown in problem.what
    assert "my_eyes.py:" in problem.where
    assert problem.hint


def test_an_error_is_shown_with_the_line_it_came_from(eyes):
    with pytest.raises(RetroGamerError) as caught:
        eyes("""
            def look(game):
                return distance(game) / 2

            def distance(game):
                return game.state["x"]
            """)
    assert 'my_eyes.py:6, in distance: return game.state["x"]' in caught.value.problem.where


def test_another_count_of_numbers_later_is_explained(eyes, walker):
    encoder = eyes("def look(game):\n    return [0] * (1 + game.turn_number)\n")
    environment = GameEnvironment(create_game(walker), METADATA, encoder)
    environment.reset()
    with pytest.raises(RetroGamerError, match="it returned 2 numbers this turn and 1 before"):
        environment.step(None)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda game: 1, True),
        (lambda frame: 1, True),
        (lambda game, radius=3: 1, True),
        (lambda metadata: 1, False),
        (lambda metadata, **options: 1, False),
        (lambda game, frame: 1, False),
        (GameMetadata, False),
        (len, False),
    ],
)
def test_a_function_of_one_game_or_one_frame_is_told_from_a_factory(function, expected):
    assert takes_a_game(function) is expected


def test_an_encoder_of_ones_own_that_fails_is_named(walker):
    class Squint:
        spec = None

        def encode(self, frame, cells, features):
            return frame.codes[99]

    environment = GameEnvironment(create_game(walker), METADATA, Squint())
    environment.begin_episode()
    nothing = Observations(np.zeros((1, 0, 0), np.uint8), np.zeros((1, 0), np.float32))
    with pytest.raises(RetroGamerError) as caught:
        environment.write_observation(nothing.cells[0], nothing.features[0])
    assert not isinstance(caught.value, GameError), "the game is not to blame"
    assert "the encoder Squint failed: IndexError" in caught.value.problem.what
    assert "test_function_encoders.py:" in caught.value.problem.where
