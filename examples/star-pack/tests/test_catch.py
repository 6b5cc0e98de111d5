from retro_gamer_core.testing import check_game

from star_pack.catch import create_game


def test_a_star_that_is_caught_is_a_point():
    game = create_game()
    basket, star = game.agents
    basket.position, star.position = (3, 9), (3, 8)
    star.play_turn(game)
    assert (game.state["score"], game.state["missed"]) == (1, 0)


def test_nothing_about_it_would_puzzle_a_learner():
    check_game("star-catch").assert_ok(level="warning")
