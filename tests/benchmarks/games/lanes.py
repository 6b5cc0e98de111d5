"""Cross the lanes. Each has cars of its own speed, which no single picture shows."""

from random import choice, randrange

from retro.game import Game

WIDTH, LANES, TURNS = 16, 7, 400
HEIGHT = LANES + 2
STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}


class Car:
    character = "="
    color = "yellow_on_black"

    def __init__(self, position, every, step):
        self.position, self.every, self.step = position, every, step

    def play_turn(self, game):
        if game.turn_number % self.every == 0:
            self.position = (self.position[0] + self.step) % WIDTH, self.position[1]
        frog = game.get_agent_by_name("frog")
        if frog.position == self.position:
            frog.run_over(game)


class Frog:
    name = "frog"
    character = "Y"
    color = "green_on_black"
    position = (WIDTH // 2, HEIGHT - 1)

    def handle_keystroke(self, keystroke, game):
        dx, dy = STEPS.get(keystroke.name, (0, 0))
        target = self.position[0] + dx, self.position[1] + dy
        if game.on_board(target):
            self.position = target

    def play_turn(self, game):
        if self.position[1] == 0:
            game.state["score"] += 10
            self.position = Frog.position
        if game.turn_number >= TURNS:
            game.end()

    def run_over(self, game):
        game.state["score"] -= 5
        game.end()


def create_game():
    cars = []
    for row in range(1, LANES + 1):
        every, step, first = choice([1, 2, 3]), choice([1, -1]), randrange(WIDTH)
        cars += [Car(((first + gap) % WIDTH, row), every, step) for gap in (0, 5, 10)]
    return Game([Frog(), *cars], {"score": 0}, board_size=(WIDTH, HEIGHT))


def scripted(game):
    """Steps only where no car will be after the next turn; upwards where it can, else it waits or steps aside."""
    x, y = game.get_agent_by_name("frog").position
    cars = [agent for agent in game.agents if isinstance(agent, Car)]
    turn = game.turn_number + 1

    def hit(place):
        for car in cars:
            moved = (car.position[0] + (car.step if turn % car.every == 0 else 0)) % WIDTH, car.position[1]
            if moved == place or car.position == place:
                return True
        return False

    for key in ("KEY_UP", None, "KEY_LEFT", "KEY_RIGHT", "KEY_DOWN"):
        dx, dy = STEPS.get(key, (0, 0))
        place = x + dx, y + dy
        if game.on_board(place) and not hit(place):
            return key
    return None
