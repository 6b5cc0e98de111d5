"""A vine that you lead, one cell each turn. Water makes it longer; it must not cross itself or leave the garden."""

from random import choice

from retro.game import Game

WIDTH, HEIGHT, TURNS = 14, 12, 600
STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}


class Water:
    name = "water"
    character = "~"
    color = "blue_on_black"
    position = (WIDTH - 3, HEIGHT // 2)


class Leaf:
    character = "%"
    color = "green_on_black"

    def __init__(self, position):
        self.position = position


class Tip:
    name = "tip"
    character = "@"
    color = "green_on_black"

    def __init__(self):
        self.position, self.heading, self.leaves, self.length = (3, HEIGHT // 2), (1, 0), [], 3

    def handle_keystroke(self, keystroke, game):
        if keystroke.name in STEPS:
            dx, dy = STEPS[keystroke.name]
            if (dx, dy) != (-self.heading[0], -self.heading[1]):
                self.heading = dx, dy

    def play_turn(self, game):
        target = self.position[0] + self.heading[0], self.position[1] + self.heading[1]
        if not game.on_board(target) or target in {leaf.position for leaf in self.leaves}:
            game.state["score"] -= 2
            game.end()
            return
        leaf = Leaf(self.position)
        game.add_agent(leaf)
        self.leaves.append(leaf)
        self.position = target
        water = game.get_agent_by_name("water")
        if water.position == target:
            game.state["score"] += 1
            self.length += 2
            taken = {agent.position for agent in game.agents}
            free = [(x, y) for x in range(WIDTH) for y in range(HEIGHT) if (x, y) not in taken]
            water.position = choice(free)
        while len(self.leaves) > self.length:
            game.remove_agent(self.leaves.pop(0))
        if game.turn_number >= TURNS:
            game.end()


def create_game():
    game = Game([Tip(), Water()], {"score": 0}, board_size=(WIDTH, HEIGHT))
    game.get_agent_by_name("water").position = choice(
        [(x, y) for x in range(6, WIDTH) for y in range(HEIGHT)]
    )
    return game


def scripted(game):
    """The shortest way to the water round the leaves; where there is none, the way with most room."""
    tip, water = game.get_agent_by_name("tip"), game.get_agent_by_name("water")
    leaves = {leaf.position for leaf in tip.leaves[1:]} | {tip.position}
    back = -tip.heading[0], -tip.heading[1]

    def reached(start, goal=None):
        steps, line = {start: 0}, [start]
        for place in line:
            if place == goal:
                break
            for dx, dy in STEPS.values():
                target = place[0] + dx, place[1] + dy
                if game.on_board(target) and target not in steps and target not in leaves:
                    steps[target] = steps[place] + 1
                    line.append(target)
        return steps

    ways = {}
    for key, (dx, dy) in STEPS.items():
        place = tip.position[0] + dx, tip.position[1] + dy
        if (dx, dy) != back and game.on_board(place) and place not in leaves:
            steps = reached(place)
            ways[key] = (len(steps) >= len(leaves), -steps.get(water.position, 999), len(steps))
    return max(ways, key=ways.get, default=None)
