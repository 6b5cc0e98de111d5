"""Gems give one point. Shining chests give three, and end the game for whoever takes the second."""

from random import choice, sample

from retro.game import Game

WIDTH, HEIGHT, GEMS, CHESTS, TURNS = 14, 10, 4, 6, 300
STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}


class Gem:
    character = "+"
    color = "green_on_black"

    def __init__(self, position):
        self.position = position


class Chest:
    character = "&"
    color = "yellow_on_black"

    def __init__(self, position):
        self.position = position


class Thief:
    name = "thief"
    character = "T"
    chests = 0

    def __init__(self, position):
        self.position = position

    def handle_keystroke(self, keystroke, game):
        dx, dy = STEPS.get(keystroke.name, (0, 0))
        target = self.position[0] + dx, self.position[1] + dy
        if game.on_board(target):
            self.position = target

    def play_turn(self, game):
        for agent in list(game.agents):
            if agent is self or agent.position != self.position:
                continue
            if isinstance(agent, Gem):
                game.state["score"] += 1
                agent.position = empty_place(game)
            else:
                game.state["score"] += 3
                self.chests += 1
                game.remove_agent(agent)
                self.character = "t"
        if self.chests == 2 or game.turn_number >= TURNS:
            game.end()


def empty_place(game):
    taken = {agent.position for agent in game.agents}
    return choice([(x, y) for x in range(WIDTH) for y in range(HEIGHT) if (x, y) not in taken])


def create_game():
    places = sample([(x, y) for x in range(WIDTH) for y in range(HEIGHT)], GEMS + CHESTS + 1)
    agents = [Thief(places[0]), *map(Gem, places[1 : GEMS + 1]), *map(Chest, places[GEMS + 1 :])]
    return Game(agents, {"score": 0}, board_size=(WIDTH, HEIGHT))


def scripted(game):
    """The shortest way to the nearest gem, round the chests."""
    start = game.get_agent_by_name("thief").position
    chests = {agent.position for agent in game.agents if isinstance(agent, Chest)}
    gems = {agent.position for agent in game.agents if isinstance(agent, Gem)}
    came, line = {start: None}, [start]
    for place in line:
        if place in gems:
            key = None
            while came[place]:
                place, key = came[place]
            return key
        for key, (dx, dy) in STEPS.items():
            target = place[0] + dx, place[1] + dy
            if game.on_board(target) and target not in came and target not in chests:
                came[target] = place, key
                line.append(target)
    return None
