"""One treasure in a maze of four rooms: a reward that comes rarely, and nothing on the way to it."""

from random import choice

from retro.game import Game

WIDTH, HEIGHT, TURNS = 15, 11, 250
STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}
MIDDLE = WIDTH // 2, HEIGHT // 2


class Wall:
    character = "#"

    def __init__(self, position):
        self.position = position


class Treasure:
    name = "treasure"
    character = "!"
    color = "yellow_on_black"

    def __init__(self, position):
        self.position = position


class Seeker:
    name = "seeker"
    character = "S"

    def __init__(self, position):
        self.position = position

    def handle_keystroke(self, keystroke, game):
        dx, dy = STEPS.get(keystroke.name, (0, 0))
        target = self.position[0] + dx, self.position[1] + dy
        walls = {agent.position for agent in game.agents if isinstance(agent, Wall)}
        if game.on_board(target) and target not in walls:
            self.position = target

    def play_turn(self, game):
        treasure = game.get_agent_by_name("treasure")
        if treasure.position == self.position:
            game.state["score"] += 1
            treasure.position = choice(room_places(far_from(self.position)))
        if game.turn_number >= TURNS:
            game.end()


def room_of(position):
    return position[0] > MIDDLE[0], position[1] > MIDDLE[1]


def far_from(position):
    east, south = room_of(position)
    return not east, not south


def room_places(room):
    columns = range(MIDDLE[0] + 1, WIDTH) if room[0] else range(MIDDLE[0])
    rows = range(MIDDLE[1] + 1, HEIGHT) if room[1] else range(MIDDLE[1])
    return [(x, y) for x in columns for y in rows]


def create_game():
    doors = {(MIDDLE[0], 2), (MIDDLE[0], HEIGHT - 3), (3, MIDDLE[1]), (WIDTH - 4, MIDDLE[1])}
    cross = {(MIDDLE[0], y) for y in range(HEIGHT)} | {(x, MIDDLE[1]) for x in range(WIDTH)}
    start = choice(room_places((False, False)))
    agents = [Seeker(start), Treasure(choice(room_places((True, True)))), *map(Wall, sorted(cross - doors))]
    return Game(agents, {"score": 0}, board_size=(WIDTH, HEIGHT))


def scripted(game):
    """The shortest way to the treasure."""
    start = game.get_agent_by_name("seeker").position
    goal = game.get_agent_by_name("treasure").position
    walls = {agent.position for agent in game.agents if isinstance(agent, Wall)}
    came, line = {start: None}, [start]
    for place in line:
        if place == goal:
            key = None
            while came[place]:
                place, key = came[place]
            return key
        for key, (dx, dy) in STEPS.items():
            target = place[0] + dx, place[1] + dy
            if game.on_board(target) and target not in came and target not in walls:
                came[target] = place, key
                line.append(target)
    return None
