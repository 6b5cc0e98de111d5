"""What must stay true of the game, whatever is changed in it."""

import random
from importlib.resources import files

import pytest
from retro.input import ProgrammaticInput
from retro_gamer_core.testing import check_game

import {{ cookiecutter.__module }}
from {{ cookiecutter.__module }} import create_game
from {{ cookiecutter.__module }}.game import STEPS

KEYS = [*STEPS, None]
POLICY = files({{ cookiecutter.__module }}) / "policies" / "best.rgp"


def play(seed, turns=200):
    """The state of a game after some turns of random keys."""
    random.seed(seed)
    keyboard = ProgrammaticInput()
    game = create_game(input_source=keyboard)
    game.start()
    while game.playing and game.turn_number < turns:
        keyboard.press(random.choice(KEYS))
        game.step()
    return game.turn_number, dict(game.state), [agent.position for agent in game.agents]


def test_chance_decides_how_a_game_begins():
    places = {create_game().get_agent_by_name("ship").position for _ in range(20)}
    assert len(places) > 1


def test_the_same_seed_gives_the_same_game():
    assert play(seed=1) == play(seed=1) != play(seed=2)


def test_a_star_is_a_point_and_another_rock():
    keyboard = ProgrammaticInput()
    game = create_game(input_source=keyboard)
    ship, star, _ = game.agents
    ship.position, star.position = (5, 5), (6, 5)
    keyboard.press(KEYS[1])
    game.step()
    assert (game.state["score"], len(game.agents)) == (1, 4)


def test_a_rock_ends_the_game():
    game = create_game(input_source=ProgrammaticInput())
    ship, _, rock = game.agents
    ship.position, rock.position = (5, 5), (5, 4)
    game.start()
    game.step()
    assert not game.playing


def test_nothing_about_it_would_puzzle_a_learner():
    check_game(create_game).assert_ok(level="warning")


@pytest.mark.skipif(not POLICY.is_file(), reason="nobody has trained an agent yet")
def test_the_trained_agent_plays():
    score = 0
    for seed in range(5):  # a single game may end at once, by bad luck
        random.seed(seed)
        game = {{ cookiecutter.__module }}.autoplay()
        game.start()
        while game.playing and game.turn_number < 500:
            game.step()
        score += game.state["score"]
    assert score > 0
