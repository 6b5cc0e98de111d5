"""Catch the stars that fall."""

from random import randrange

from retro.game import Game

WIDTH, HEIGHT = 9, 10


class Basket:
    name = "basket"
    character = "U"

    def __init__(self):
        self.position = (randrange(WIDTH), HEIGHT - 1)

    def handle_keystroke(self, keystroke, game):
        step = {"KEY_LEFT": -1, "KEY_RIGHT": 1}.get(keystroke.name, 0)
        x, y = self.position
        if game.on_board((x + step, y)):
            self.position = (x + step, y)


class Star:
    character = "*"

    def __init__(self):
        self.position = (randrange(WIDTH), 0)

    def play_turn(self, game):
        x, y = self.position
        self.position = (x, y + 1)
        if y + 1 == HEIGHT - 1:
            caught = self.position == game.get_agent_by_name("basket").position
            game.state["score" if caught else "missed"] += 1
            game.state["reward"] += 1 if caught else -1
            self.position = (randrange(WIDTH), 0)
            if game.state["missed"] == 3:
                game.end()


def create_game():
    state = {"score": 0, "missed": 0, "reward": 0}
    return Game([Basket(), Star()], state, board_size=(WIDTH, HEIGHT), show_state=["score", "missed"])
