"""Fetch the key, open the door, and leave by the exit behind it. Each exit leads into another house."""

from random import choice, randrange

from retro.game import Game

WIDTH, HEIGHT, TURNS = 13, 9, 300
STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}


class Thing:
    def __init__(self, character, position):
        self.character, self.position = character, position


class Guest:
    name = "guest"
    character = "g"
    position = (0, 0)

    def handle_keystroke(self, keystroke, game):
        if keystroke.name not in STEPS:
            return
        dx, dy = STEPS[keystroke.name]
        target = self.position[0] + dx, self.position[1] + dy
        found = thing_at(game, target)
        if not game.on_board(target) or found == "#" or (found == "|" and self.character == "g"):
            return
        self.position = target
        if found == "k":
            game.state["score"] += 1
            self.character = "G"
            take(game, "k")
        elif found == "|":
            game.state["score"] += 1
            take(game, "|")
        elif found == "E":
            game.state["score"] += 3
            furnish(game)

    def play_turn(self, game):
        if game.turn_number >= TURNS:
            game.end()


def thing_at(game, position):
    return next(
        (each.character for each in game.agents if isinstance(each, Thing) and each.position == position),
        None,
    )


def take(game, character):
    game.remove_agent(
        next(each for each in game.agents if isinstance(each, Thing) and each.character == character)
    )


def furnish(game):
    """Another house: a wall with a door in it, the key and the guest on the left, the exit on the right."""
    for agent in [each for each in game.agents if isinstance(each, Thing)]:
        game.remove_agent(agent)
    guest = game.get_agent_by_name("guest")
    wall, door = randrange(4, WIDTH - 4), randrange(HEIGHT)
    left = [(x, y) for x in range(wall) for y in range(HEIGHT)]
    right = [(x, y) for x in range(wall + 1, WIDTH) for y in range(HEIGHT)]
    guest.character, guest.position = "g", choice(left)
    left.remove(guest.position)
    for character, place in [("k", choice(left)), ("|", (wall, door)), ("E", choice(right))]:
        game.add_agent(Thing(character, place))
    for row in set(range(HEIGHT)) - {door}:
        game.add_agent(Thing("#", (wall, row)))


def create_game():
    game = Game([Guest()], {"score": 0}, board_size=(WIDTH, HEIGHT))
    furnish(game)
    return game


def scripted(game):
    """The shortest way to the key, then to the door, then to the exit."""
    guest = game.get_agent_by_name("guest")
    things = {each.position: each.character for each in game.agents if isinstance(each, Thing)}
    goals = "k" if guest.character == "g" else "|" if "|" in things.values() else "E"
    came, line = {guest.position: None}, [guest.position]
    for place in line:
        if things.get(place) == goals:
            key = None
            while came[place]:
                place, key = came[place]
            return key
        for key, (dx, dy) in STEPS.items():
            target = place[0] + dx, place[1] + dy
            closed = things.get(target) == "#" or (things.get(target) == "|" and goals == "k")
            if game.on_board(target) and target not in came and not closed:
                came[target] = place, key
                line.append(target)
    return None
