"""A gate opens and closes to a beat of its own. Walk through while it is open, to and fro."""

from random import choice

from retro.game import Game

WIDTH, TURNS = 11, 300
GATE = WIDTH // 2


class Gate:
    name = "gate"
    position = (GATE, 0)

    def __init__(self):
        self.beat, self.count = choice([3, 4, 5]), 0
        self.character = "|"

    def play_turn(self, game):
        self.count += 1
        if self.count == self.beat:
            self.count = 0
            self.character = "'" if self.character == "|" else "|"
        walker = game.get_agent_by_name("walker")
        if self.character == "|" and walker.position[0] == GATE:
            game.state["score"] -= 5
            game.end()


class Walker:
    name = "walker"
    character = ">"
    position = (0, 0)

    def handle_keystroke(self, keystroke, game):
        step = {"KEY_LEFT": -1, "KEY_RIGHT": 1}.get(keystroke.name, 0)
        column = min(max(self.position[0] + step, 0), WIDTH - 1)
        if column != GATE or game.get_agent_by_name("gate").character == "'":
            self.position = column, 0

    def play_turn(self, game):
        if self.position[0] == (WIDTH - 1 if self.character == ">" else 0):
            game.state["score"] += 1
            self.character = "<" if self.character == ">" else ">"
        if game.turn_number >= TURNS:
            game.end()


def create_game():
    return Game([Walker(), Gate()], {"score": 0}, board_size=(WIDTH, 2))


def scripted(game):
    """Goes on, but steps into the gate only where it stays open for the turn after."""
    walker, gate = game.get_agent_by_name("walker"), game.get_agent_by_name("gate")
    step = 1 if walker.character == ">" else -1
    next_column = walker.position[0] + step
    stays_open = gate.character == "'" and gate.count + 1 < gate.beat
    if next_column == GATE and not stays_open:
        return None
    return "KEY_RIGHT" if step == 1 else "KEY_LEFT"
