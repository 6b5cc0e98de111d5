"""Keep the ball in play with a paddle. Where it flies to, one picture does not show."""

from random import choice, randrange

from retro.game import Game

WIDTH, HEIGHT, REACH, TURNS = 17, 14, 1, 500


class Ball:
    name = "ball"
    character = "o"

    def __init__(self):
        self.position = randrange(WIDTH), 2
        self.dx, self.dy = choice([-2, -1, 1, 2]), 1

    def play_turn(self, game):
        x, y = self.position[0] + self.dx, self.position[1] + self.dy
        if x < 0 or x >= WIDTH:
            self.dx = -self.dx
            x = -x if x < 0 else 2 * (WIDTH - 1) - x
        if y < 0:
            self.dy, y = 1, 1
        if y == HEIGHT - 1:
            if abs(game.get_agent_by_name("paddle").position[0] - x) <= REACH:
                game.state["score"] += 1
                self.dy, y = -1, HEIGHT - 2
                self.dx = choice([-2, -1, 1, 2])
            else:
                game.state["score"] -= 1
                game.end()
        self.position = x, y
        if game.turn_number >= TURNS:
            game.end()


class Paddle:
    name = "paddle"
    character = "="

    def __init__(self):
        self.position = WIDTH // 2, HEIGHT - 1

    def handle_keystroke(self, keystroke, game):
        step = {"KEY_LEFT": -1, "KEY_RIGHT": 1}.get(keystroke.name, 0)
        self.position = min(max(self.position[0] + step, 0), WIDTH - 1), HEIGHT - 1


def create_game():
    return Game([Paddle(), Ball()], {"score": 0}, board_size=(WIDTH, HEIGHT))


def scripted(game):
    """Follows the ball to where it will come down."""
    ball, x = game.get_agent_by_name("ball"), game.get_agent_by_name("paddle").position[0]
    (column, row), dx, dy = ball.position, ball.dx, ball.dy
    while row < HEIGHT - 1:
        column, row = column + dx, row + dy
        if column < 0 or column >= WIDTH:
            dx = -dx
            column = -column if column < 0 else 2 * (WIDTH - 1) - column
        if row < 0:
            dy, row = 1, 1
    return "KEY_RIGHT" if column > x else "KEY_LEFT" if column < x else None
