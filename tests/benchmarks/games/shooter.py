"""Shoot what comes down before it lands. One shot at a time, and the invaders drift aside."""

from random import choice, random, randrange

from retro.game import Game

WIDTH, HEIGHT, INVADERS, TURNS = 15, 13, 4, 400


class Shot:
    name = "shot"
    character = "|"
    color = "white_on_black"
    display = False
    position = (0, HEIGHT)

    def play_turn(self, game):
        if self.display:
            self.position = self.position[0], self.position[1] - 1
            self.display = self.position[1] >= 0


class Invader:
    character = "V"
    color = "red_on_black"

    def __init__(self):
        self.begin()

    def begin(self):
        self.position, self.drift, self.every = (randrange(WIDTH), 0), choice([-1, 0, 1]), choice([6, 8, 10])

    def play_turn(self, game):
        shot, (x, y) = game.get_agent_by_name("shot"), self.position
        if self.is_hit_by(shot):
            return self.burst(game, shot)
        if game.turn_number % self.every == 0:
            drift = self.drift if random() < 0.5 else 0
            self.position = min(WIDTH - 1, max(0, x + drift)), y + 1
            if self.is_hit_by(shot):
                self.burst(game, shot)
            elif self.position[1] == HEIGHT - 1:
                game.state["score"] -= 5
                game.end()

    def is_hit_by(self, shot):
        return shot.display and shot.position == self.position

    def burst(self, game, shot):
        game.state["score"] += 1
        shot.display = False
        self.begin()


class Gun:
    name = "gun"
    character = "A"
    color = "green_on_black"
    position = (WIDTH // 2, HEIGHT - 1)

    def handle_keystroke(self, keystroke, game):
        x, y = self.position
        if keystroke.name == "KEY_UP":
            shot = game.get_agent_by_name("shot")
            if not shot.display:
                shot.position, shot.display = (x, y), True
        elif keystroke.name in ("KEY_LEFT", "KEY_RIGHT"):
            self.position = min(WIDTH - 1, max(0, x + (1 if keystroke.name == "KEY_RIGHT" else -1))), y

    def play_turn(self, game):
        if game.turn_number >= TURNS:
            game.end()


def create_game():
    return Game(
        [Gun(), Shot(), *(Invader() for _ in range(INVADERS))], {"score": 0}, board_size=(WIDTH, HEIGHT)
    )


def scripted(game):
    """Goes below the invader that lands first and shoots when it stands there."""
    x, _ = game.get_agent_by_name("gun").position
    invaders = [agent for agent in game.agents if isinstance(agent, Invader)]
    first = min(
        invaders, key=lambda each: ((HEIGHT - 1 - each.position[1]) * each.every, abs(each.position[0] - x))
    )
    if first.position[0] == x:
        return "KEY_UP"
    return "KEY_RIGHT" if first.position[0] > x else "KEY_LEFT"
