"""Berries lie among walls that stand elsewhere in each game. Walk to them, round the walls."""

from random import randrange, sample

from retro.game import Game

WIDTH, HEIGHT, WALLS, BERRIES, TURNS = 18, 12, 45, 3, 300
STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}


class Wall:
    character = "#"

    def __init__(self, position):
        self.position = position


class Berry:
    character = "o"
    color = "red_on_black"

    def __init__(self, position):
        self.position = position


class Walker:
    name = "walker"
    character = "A"

    def __init__(self, position):
        self.position = position

    def handle_keystroke(self, keystroke, game):
        if keystroke.name not in STEPS:
            return
        dx, dy = STEPS[keystroke.name]
        target = self.position[0] + dx, self.position[1] + dy
        if game.on_board(target) and not any(isinstance(each, Wall) for each in at(game, target)):
            self.position = target

    def play_turn(self, game):
        for berry in [each for each in at(game, self.position) if isinstance(each, Berry)]:
            game.state["score"] += 1
            berry.position = reachable_place(game, self.position)
        if game.turn_number >= TURNS:
            game.end()


def at(game, position):
    return [agent for agent in game.agents if agent.position == position]


def reached_from(start, walls):
    """How many steps it is to each place that can be walked to, and from where one comes there."""
    steps, line = {start: (0, None)}, [start]
    for x, y in line:
        for dx, dy in STEPS.values():
            place = x + dx, y + dy
            if place not in steps and place not in walls and 0 <= place[0] < WIDTH and 0 <= place[1] < HEIGHT:
                steps[place] = steps[x, y][0] + 1, (x, y)
                line.append(place)
    return steps


def walls_of(game):
    return {agent.position for agent in game.agents if isinstance(agent, Wall)}


def reachable_place(game, start):
    taken = {agent.position for agent in game.agents}
    free = sorted(place for place in reached_from(start, walls_of(game)) if place not in taken)
    return free[randrange(len(free))]


def create_game():
    places = [(x, y) for x in range(WIDTH) for y in range(HEIGHT)]
    while True:
        walls = sample(places, WALLS)
        start = next(place for place in sample(places, len(places)) if place not in walls)
        if len(reached_from(start, set(walls))) > WIDTH * HEIGHT / 2:
            break
    game = Game([Walker(start), *map(Wall, walls)], {"score": 0}, board_size=(WIDTH, HEIGHT))
    for _ in range(BERRIES):
        game.add_agent(Berry(reachable_place(game, start)))
    return game


def scripted(game):
    """The shortest way to the nearest berry."""
    steps = reached_from(game.get_agent_by_name("walker").position, walls_of(game))
    berries = [
        agent.position for agent in game.agents if isinstance(agent, Berry) and agent.position in steps
    ]
    place = min(berries, key=lambda each: steps[each][0], default=None)
    if place is None:
        return None
    while steps[place][0] > 1:
        place = steps[place][1]
    x, y = game.get_agent_by_name("walker").position
    return next((key for key, (dx, dy) in STEPS.items() if (x + dx, y + dy) == place), None)
