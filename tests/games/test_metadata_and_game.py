"""A description beside a real game: what it names must be there."""

from __future__ import annotations

import pytest
from retro.agent import ArrowKeyAgent
from retro.game import Game

from retro_gamer_core.errors import MetadataError, Problem
from retro_gamer_core.games.metadata import GameMetadata, check_against_game


@pytest.fixture
def game() -> Game:
    state = {
        "score": 0,
        "lives": 3,
        "fast": False,
        "speed": 0.5,
        "place": (1, 2),
        "message": "go",
        "deep": ((1,),),
    }
    game = Game([ArrowKeyAgent()], {}, board_size=(8, 4))
    game.state.update(state)
    return game


def problems(metadata: GameMetadata, game: Game) -> list[Problem]:
    with pytest.raises(MetadataError) as caught:
        check_against_game(metadata, game)
    return list(caught.value.problems)


def test_a_fitting_description_passes_in_silence(game):
    metadata = GameMetadata(
        ["KEY_UP"],
        "score",
        observe_state=["lives", "fast", "speed", "place"],
        board_size=(8, 4),
        score="score",
        player="ArrowKeyAgent",
    )
    assert check_against_game(metadata, game) == []


def test_the_size_of_the_real_board_counts(game):
    [sentence] = check_against_game(GameMetadata(["w"], "score", board_size=(30, 20)), game)
    assert "30 × 20" in sentence
    assert "8 × 4" in sentence


def test_everything_the_game_does_not_have_is_named(game):
    metadata = GameMetadata(["w"], "scroe", observe_state=["live", "message"], score="points", player="ship")
    found = problems(metadata, game)
    expected = [
        ("not-in-state", "scroe"),
        ("not-in-state", "points"),
        ("not-in-state", "live"),
        ("not-observable", "message"),
        ("no-such-character", "ship"),
    ]
    for problem, (code, missing) in zip(found, expected, strict=True):
        assert problem.code == code and repr(missing) in problem.what
    assert "'score'" in found[0].hint


@pytest.mark.parametrize("key", ["message", "deep", "place"])
def test_the_reward_must_be_a_number(game, key):
    [problem] = problems(GameMetadata(["w"], key), game)
    assert problem.code == "not-a-number"


@pytest.mark.parametrize("key", ["message", "deep"])
def test_only_numbers_and_flat_tuples_of_them_can_be_observed(game, key):
    [problem] = problems(GameMetadata(["w"], "score", observe_state=[key]), game)
    assert problem.code == "not-observable" and repr(key) in problem.what


def test_a_game_without_a_state_is_told_how_to_get_one():
    [problem] = problems(GameMetadata(["w"], "score"), Game([], {}))
    assert problem.code == "not-in-state" and "{'score': 0}" in problem.hint
