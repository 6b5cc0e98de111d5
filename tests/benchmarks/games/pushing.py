"""Push crates into the pits. A crate goes where there is room behind it, and a pit swallows it."""

from random import sample

from retro.game import Game

WIDTH, HEIGHT, CRATES, PITS, TURNS = 14, 10, 6, 3, 400
STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}


class Pit:
    character = "O"
    color = "blue_on_black"

    def __init__(self, position):
        self.position = position


class Crate:
    character = "x"

    def __init__(self, position):
        self.position = position


class Pusher:
    name = "pusher"
    character = "P"

    def __init__(self, position):
        self.position = position

    def handle_keystroke(self, keystroke, game):
        if keystroke.name not in STEPS:
            return
        dx, dy = STEPS[keystroke.name]
        target = self.position[0] + dx, self.position[1] + dy
        if not game.on_board(target) or target in places(game, Pit):
            return
        for crate in [
            agent for agent in game.agents if isinstance(agent, Crate) and agent.position == target
        ]:
            behind = target[0] + dx, target[1] + dy
            if not game.on_board(behind) or behind in places(game, Crate):
                return
            crate.position = behind
            if behind in places(game, Pit):
                game.state["score"] += 1
                crate.position = free_inside(game)
        self.position = target

    def play_turn(self, game):
        if game.turn_number >= TURNS:
            game.end()


def places(game, kind):
    return {agent.position for agent in game.agents if isinstance(agent, kind)}


def free_inside(game):
    """A free place that is not at the edge, where a crate could never be pushed away from."""
    inside = [(x, y) for x in range(2, WIDTH - 2) for y in range(2, HEIGHT - 2)]
    taken = {agent.position for agent in game.agents}
    return next(place for place in sample(inside, len(inside)) if place not in taken)


def create_game():
    inside = [(x, y) for x in range(2, WIDTH - 2) for y in range(2, HEIGHT - 2)]
    chosen = sample(inside, CRATES + PITS + 1)
    things = [Pit(place) for place in chosen[:PITS]] + [Crate(place) for place in chosen[PITS:-1]]
    return Game([Pusher(chosen[-1]), *things], {"score": 0}, board_size=(WIDTH, HEIGHT))


def scripted(game):
    """Searches the shortest way of walking and pushing one crate into one pit, the other crates standing still."""
    start = game.get_agent_by_name("pusher").position
    pits, crates = places(game, Pit), places(game, Crate)
    best = None
    for crate in sorted(crates):
        others = crates - {crate}
        seen, line = {(start, crate): None}, [(start, crate)]
        for player, box in line:
            if box in pits:
                break
            for key, (dx, dy) in STEPS.items():
                target, moved = (player[0] + dx, player[1] + dy), box
                if not game.on_board(target) or target in pits or target in others:
                    continue
                if target == box:
                    moved = box[0] + dx, box[1] + dy
                    if not game.on_board(moved) or moved in others:
                        continue
                if (target, moved) not in seen:
                    seen[target, moved] = (player, box), key
                    line.append((target, moved))
        else:
            continue
        keys = []
        state = player, box
        while seen[state]:
            state, key = seen[state]
            keys.append(key)
        if best is None or len(keys) < len(best):
            best = keys
    return best[-1] if best else None
