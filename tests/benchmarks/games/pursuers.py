"""Collect coins while three hunters come after you, each step of yours two of three times one of theirs."""

from random import choice, random, sample

from retro.game import Game

WIDTH, HEIGHT, HUNTERS, COINS, TURNS = 16, 12, 3, 4, 400
STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}


class Coin:
    character = "$"
    color = "yellow_on_black"

    def __init__(self, position):
        self.position = position


class Hunter:
    character = "W"
    color = "red_on_black"

    def __init__(self, position):
        self.position = position

    def play_turn(self, game):
        runner = game.get_agent_by_name("runner")
        if random() < 0.6:
            dx, dy = runner.position[0] - self.position[0], runner.position[1] - self.position[1]
            ways = [(sign(dx), 0)] * bool(dx) + [(0, sign(dy))] * bool(dy)
            if ways:
                step = choice(ways)
                self.position = self.position[0] + step[0], self.position[1] + step[1]
        if self.position == runner.position:
            game.state["score"] -= 3
            game.end()


class Runner:
    name = "runner"
    character = "R"

    def __init__(self, position):
        self.position = position

    def handle_keystroke(self, keystroke, game):
        dx, dy = STEPS.get(keystroke.name, (0, 0))
        target = self.position[0] + dx, self.position[1] + dy
        if game.on_board(target):
            self.position = target

    def play_turn(self, game):
        for agent in list(game.agents):
            if isinstance(agent, Coin) and agent.position == self.position:
                game.state["score"] += 1
                taken = {each.position for each in game.agents}
                places = [(x, y) for x in range(WIDTH) for y in range(HEIGHT) if (x, y) not in taken]
                agent.position = choice(places)
        if game.turn_number >= TURNS:
            game.end()


def sign(number):
    return (number > 0) - (number < 0)


def create_game():
    left = [(x, y) for x in range(4) for y in range(HEIGHT)]
    right = [(x, y) for x in range(WIDTH - 5, WIDTH) for y in range(HEIGHT)]
    middle = [(x, y) for x in range(5, WIDTH - 6) for y in range(HEIGHT)]
    agents = [Runner(choice(left)), *map(Hunter, sample(right, HUNTERS)), *map(Coin, sample(middle, COINS))]
    return Game(agents, {"score": 0}, board_size=(WIDTH, HEIGHT))


def distance(one, other):
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def scripted(game):
    """Runs to the nearest coin; where a hunter would be as near as two steps, away from it."""
    x, y = game.get_agent_by_name("runner").position
    hunters = [agent.position for agent in game.agents if isinstance(agent, Hunter)]
    coins = [agent.position for agent in game.agents if isinstance(agent, Coin)]

    def worth(key):
        dx, dy = STEPS.get(key, (0, 0))
        place = x + dx, y + dy
        if not game.on_board(place):
            return -1000
        near = min(distance(place, hunter) for hunter in hunters)
        danger = {0: 900, 1: 300, 2: 40, 3: 8}.get(near, 0)
        room = min(place[0], WIDTH - 1 - place[0], 2) + min(place[1], HEIGHT - 1 - place[1], 2)
        return -danger - min(distance(place, coin) for coin in coins) + (room + near if near < 5 else 0)

    return max([*STEPS, None], key=worth)
