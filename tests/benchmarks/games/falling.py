"""Fruit and stones fall. Catch the fruit with the basket, and not the stones."""

from random import choice, random, randrange

from retro.game import Game

WIDTH, HEIGHT, TURNS = 12, 14, 400


class Thing:
    def __init__(self, column, good):
        self.position, self.good = (column, 0), good
        self.character = "o" if good else "#"

    def play_turn(self, game):
        x, y = self.position
        if y + 1 < HEIGHT:
            self.position = x, y + 1
            return
        if game.get_agent_by_name("basket").position[0] == x:
            game.state["score"] += 1 if self.good else -3
        game.remove_agent(self)


class Basket:
    name = "basket"
    character = "U"
    position = (WIDTH // 2, HEIGHT - 1)

    def handle_keystroke(self, keystroke, game):
        step = {"KEY_LEFT": -1, "KEY_RIGHT": 1}.get(keystroke.name, 0)
        self.position = min(max(self.position[0] + step, 0), WIDTH - 1), HEIGHT - 1


class Sky:
    display = False
    position = (0, 0)
    name = "sky"

    def play_turn(self, game):
        if game.turn_number % 3 == 0:
            game.add_agent(Thing(randrange(WIDTH), good=random() < 0.65))
        if game.turn_number >= TURNS:
            game.end()


def create_game():
    basket = Basket()
    basket.position = choice(range(WIDTH)), HEIGHT - 1
    return Game([basket, Sky()], {"score": 0}, board_size=(WIDTH, HEIGHT))


def scripted(game):
    """Goes to the next fruit that can still be reached, and leaves a column in which a stone lands now."""
    x = game.get_agent_by_name("basket").position[0]
    things = [agent for agent in game.agents if isinstance(agent, Thing)]
    landing = {agent.position[0] for agent in things if agent.position[1] == HEIGHT - 1 and not agent.good}
    reachable = [
        agent for agent in things if agent.good and abs(agent.position[0] - x) <= HEIGHT - agent.position[1]
    ]
    goal = max(reachable, key=lambda agent: agent.position[1], default=None)
    step = 0 if goal is None else (goal.position[0] > x) - (goal.position[0] < x)
    for each in (step, 0, 1, -1):
        if min(max(x + each, 0), WIDTH - 1) not in landing:
            return {-1: "KEY_LEFT", 0: None, 1: "KEY_RIGHT"}[each]
    return None
