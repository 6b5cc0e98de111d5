"""Carry wood home, one piece at a time. Taking it brings nothing, bringing it home does."""

from random import choice, sample

from retro.game import Game

WIDTH, HEIGHT, PIECES, TURNS = 16, 12, 5, 400
STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}


class Home:
    name = "home"
    character = "^"

    def __init__(self, position):
        self.position = position


class Wood:
    character = "w"

    def __init__(self, position):
        self.position = position


class Porter:
    name = "porter"
    character = "i"

    def __init__(self, position):
        self.position = position

    def handle_keystroke(self, keystroke, game):
        dx, dy = STEPS.get(keystroke.name, (0, 0))
        target = self.position[0] + dx, self.position[1] + dy
        if game.on_board(target):
            self.position = target

    def play_turn(self, game):
        if self.character == "i":
            for agent in list(game.agents):
                if isinstance(agent, Wood) and agent.position == self.position:
                    self.character = "Y"
                    taken = {each.position for each in game.agents}
                    agent.position = choice([place for place in all_places() if place not in taken])
                    break
        elif self.position == game.get_agent_by_name("home").position:
            self.character = "i"
            game.state["score"] += 1
        if game.turn_number >= TURNS:
            game.end()


def all_places():
    return [(x, y) for x in range(WIDTH) for y in range(HEIGHT)]


def create_game():
    places = sample(all_places(), PIECES + 2)
    return Game(
        [Porter(places[0]), Home(places[1]), *map(Wood, places[2:])], {"score": 0}, board_size=(WIDTH, HEIGHT)
    )


def scripted(game):
    """Straight to the nearest wood, straight home."""
    porter = game.get_agent_by_name("porter")
    x, y = porter.position
    if porter.character == "Y":
        goal = game.get_agent_by_name("home").position
    else:
        woods = [agent.position for agent in game.agents if isinstance(agent, Wood)]
        goal = min(woods, key=lambda each: abs(each[0] - x) + abs(each[1] - y))
    if goal[0] != x:
        return "KEY_RIGHT" if goal[0] > x else "KEY_LEFT"
    return None if goal[1] == y else "KEY_DOWN" if goal[1] > y else "KEY_UP"
