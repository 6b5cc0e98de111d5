"""Keep two balls in the room: they bounce off three walls, and off your paddle where it stands at the fourth."""

from random import choice, randrange

from retro.game import Game

WIDTH, HEIGHT, REACH, TURNS = 16, 11, 1, 400


class Ball:
    character = "o"
    color = "yellow_on_black"

    def __init__(self, number):
        self.name = f"ball {number}"
        self.begin()

    def begin(self):
        self.position = (randrange(WIDTH // 2, WIDTH - 1), randrange(1, HEIGHT - 1))
        self.dx, self.dy = choice([1, -1]), choice([1, -1])

    def play_turn(self, game):
        x, y = self.position
        if not 0 <= y + self.dy < HEIGHT:
            self.dy = -self.dy
        if x + self.dx >= WIDTH:
            self.dx = -1
        if x + self.dx < 1:
            paddle = game.get_agent_by_name("paddle")
            if abs(paddle.position[1] - (y + self.dy)) > REACH:
                game.state["score"] -= 2
                game.state["missed"] += 1
                if game.state["missed"] == 3:
                    game.end()
                return self.begin()
            game.state["score"] += 1
            self.dx = 1
        self.position = x + self.dx, y + self.dy


class Paddle:
    name = "paddle"
    character = "I"
    color = "green_on_black"
    position = (0, HEIGHT // 2)

    def handle_keystroke(self, keystroke, game):
        step = {"KEY_UP": -1, "KEY_DOWN": 1}.get(keystroke.name, 0)
        self.position = 0, min(HEIGHT - 1, max(0, self.position[1] + step))

    def play_turn(self, game):
        if game.turn_number >= TURNS:
            game.end()


def create_game():
    return Game([Paddle(), Ball(1), Ball(2)], {"score": 0, "missed": 0}, board_size=(WIDTH, HEIGHT))


def scripted(game):
    """Goes to where the ball that comes first will arrive."""
    paddle = game.get_agent_by_name("paddle").position[1]
    arrivals = []
    for ball in (game.get_agent_by_name(f"ball {number}") for number in (1, 2)):
        (x, y), dx, dy, turns = ball.position, ball.dx, ball.dy, 0
        while x + dx >= 1:
            dy = dy if 0 <= y + dy < HEIGHT else -dy
            dx = dx if x + dx < WIDTH else -1
            x, y, turns = x + dx, y + dy, turns + 1
        arrivals.append((turns, y + (dy if 0 <= y + dy < HEIGHT else -dy)))
    goal = min(arrivals)[1]
    return None if goal == paddle else "KEY_DOWN" if goal > paddle else "KEY_UP"
