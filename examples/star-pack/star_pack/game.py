"""The game: fly to the stars, keep away from the rocks. With every star, another rock falls."""

import os
from random import randrange

from retro.game import Game

WIDTH, HEIGHT = 20, 12  # the arcade's screen has room for 76 by 19
MOST_ROCKS = 12

# Which way each key moves the ship. The arcade console has keys of its own, and says which.
STEPS = {
    os.environ.get("RETRO_KEY_P1_LEFT", "KEY_LEFT"): (-1, 0),
    os.environ.get("RETRO_KEY_P1_RIGHT", "KEY_RIGHT"): (1, 0),
    os.environ.get("RETRO_KEY_P1_UP", "KEY_UP"): (0, -1),
    os.environ.get("RETRO_KEY_P1_DOWN", "KEY_DOWN"): (0, 1),
}


class Ship:
    name = "ship"
    character = "A"
    color = "white_on_black"

    def __init__(self):
        self.position = (randrange(WIDTH), randrange(1, HEIGHT))

    def handle_keystroke(self, keystroke, game):
        star = game.get_agent_by_name("star")
        distance_before = distance(self, star)
        dx, dy = STEPS.get(keystroke.name or str(keystroke), (0, 0))
        x, y = self.position[0] + dx, self.position[1] + dy
        if 0 <= x < WIDTH and 1 <= y < HEIGHT:  # row 0 belongs to the rocks
            self.position = (x, y)
        # The reward is for learning only: getting nearer to the star is good, too.
        game.state["reward"] += distance_before - distance(self, star)
        if self.position == star.position:
            game.state["score"] += 1
            game.state["reward"] += 10
            game.log("play success_small")  # a sound, on the arcade console
            star.position = somewhere_else(self)
            if len(game.agents) < 2 + MOST_ROCKS:
                game.add_agent(Rock())


class Star:
    name = "star"
    character = "*"
    color = "yellow_on_black"

    def __init__(self, ship):
        self.position = somewhere_else(ship)


class Rock:
    character = "O"
    color = "red_on_black"

    def __init__(self):
        self.position = (randrange(WIDTH), 0)

    def play_turn(self, game):
        ship = game.get_agent_by_name("ship")
        flown_into = self.position == ship.position
        x, y = self.position
        self.position = (x, y + 1) if y + 1 < HEIGHT else (randrange(WIDTH), 0)
        if game.playing and (flown_into or self.position == ship.position):
            game.state["reward"] -= 10
            game.log("play explode")
            game.end()


def distance(one, other):
    (x, y), (other_x, other_y) = one.position, other.position
    return abs(x - other_x) + abs(y - other_y)


def somewhere_else(ship):
    while True:
        position = (randrange(WIDTH), randrange(1, HEIGHT))
        if position != ship.position:
            return position


def create_game(**options):
    """A fresh game each time; ``options`` are those of ``retro.game.Game``."""
    ship = Ship()
    return Game(
        [ship, Star(ship), Rock()],
        {"score": 0, "reward": 0},
        board_size=(WIDTH, HEIGHT),
        framerate=8,
        show_state=["score"],
        **options,
    )
