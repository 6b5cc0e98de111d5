"""Every block of code in the two documents that say how agents and games go together.

They are the page "Integrating a Trained Model" of retro-gamer's first documentation, and the page
"Reinforcement learning" of retro-games'. The blocks stand here as they are written there. The text
invents ``my_game`` with ``EnemyAgent``, ``RandomPlayer`` and ``AIPlayer``: these are supplied below.
"""

from __future__ import annotations

import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from retro.errors import AgentWithNameAlreadyExists

from retro_gamer import PolicyInput, TrainedPolicy
from retro_gamer_core.cli import main
from retro_gamer_core.plugins.registry import configure

MY_GAME = """\
import random

from retro.game import Game

STEPS = {"KEY_RIGHT": (1, 0), "KEY_UP": (0, -1), "KEY_LEFT": (-1, 0), "KEY_DOWN": (0, 1)}


class Walker:
    character = "o"
    position = (3, 3)

    def walk(self, key, game):
        (x, y), (dx, dy) = self.position, STEPS.get(key, (0, 0))
        if game.on_board((x + dx, y + dy)):
            self.position = (x + dx, y + dy)

    def distance_to(self, other):
        return abs(self.position[0] - other.position[0]) + abs(self.position[1] - other.position[1])


class KeyboardPlayer(Walker):
    name = "player"

    def handle_keystroke(self, keystroke, game):
        self.walk(keystroke.name, game)

    def play_turn(self, game):
        game.state["score"] = self.position[0]
        if game.turn_number == 25:
            game.end()


class RandomPlayer(Walker):
    name = "player"

    def play_turn(self, game):
        self.walk(random.choice(list(STEPS)), game)


class AIPlayer(Walker):
    name = "player"

    def __init__(self, policy):
        self.policy = policy

    def play_turn(self, game):
        game.state["pressed"] = self.policy.get_action(game)
        self.walk(game.state["pressed"], game)


class EnemyAgent(Walker):
    name = "enemy"
    character = "X"
    position = (20, 10)

    def handle_keystroke(self, keystroke, game):
        self.walk(keystroke.name, game)

    def play_turn(self, game):
        game.state["enemy_reward"] = -self.distance_to(game.get_agent_by_name("player"))
        if game.turn_number == 25:
            game.end()


def create_game():
    return Game([KeyboardPlayer()], {"score": 0}, board_size=(32, 16), framerate=100)


"""
DESCRIPTION = """\
[tool.retro-gamer]
actions = ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]
reward = "score"
character_set = ["o", "X"]

[tool.retro-gamer.games.enemy]
factory = "my_game:create_enemy_training_game"
reward = "enemy_reward"

[tool.retro-gamer.games.enemy_training_game]
factory = "enemy_training_game:create_game"
reward = "enemy_reward"
"""

# "Integrating a Trained Model" ------------------------------------------------------------------

LOADING = """\
from retro_gamer import TrainedPolicy

ai = TrainedPolicy("runs/snake/")
"""

LOADING_A_CHECKPOINT = """\
ai = TrainedPolicy("runs/snake/", checkpoint="ep_0500")
"""

MODEL_AS_PLAYER = """\
from retro.examples.snake import create_game
from retro_gamer import TrainedPolicy, PolicyInput

ai = TrainedPolicy("runs/snake/")
game = create_game()
game.play(input_source=PolicyInput(ai, game))
"""

MODEL_AS_CHARACTER = """\
from retro.game import Game
from retro.examples.snake import Apple, SnakeHead
from retro_gamer import TrainedPolicy

_ai = TrainedPolicy("runs/snake/")

class AISnake(SnakeHead):
    def handle_keystroke(self, k, game): pass # ignore keyboard

    def play_turn(self, game):
        key = _ai.get_action(game)
        if key == 'KEY_RIGHT': self.direction = (1, 0)
        elif key == 'KEY_LEFT': self.direction = (-1, 0)
        elif key == 'KEY_UP': self.direction = (0, -1)
        elif key == 'KEY_DOWN': self.direction = (0, 1)
        super().play_turn(game)

human_snake = SnakeHead()
ai_snake = AISnake()
ai_snake.position = (16, 8)
apple = Apple()

game = Game([human_snake, ai_snake, apple], {"score": 0}, board_size=(32, 16))
apple.relocate(game)
game.play()
"""

ENEMY_TRAINING_GAME = """\
def create_enemy_training_game():
    enemy = EnemyAgent() # the character the trainer will control
    player = RandomPlayer() # a stand-in; no human involved
    game = Game([enemy, player], {'enemy_reward': 0}, board_size=(32, 16))
    return game
"""

TRAINING_THE_ENEMY = """\
% retro-gamer create --game my_game:create_enemy_training_game \\
                     --output runs/enemy/
% retro-gamer train runs/enemy/
"""

AGAINST_A_MODEL = """\
# enemy_training_game.py
from retro_gamer import TrainedPolicy

_player = TrainedPolicy("runs/player/") # loaded once when the module is imported

def create_game():
    enemy = EnemyAgent()
    player = AIPlayer(_player) # uses _player.get_action in play_turn
    return Game([enemy, player], {'enemy_reward': 0}, board_size=(32, 16))
"""

BY_TURNS = """\
% retro-gamer train runs/player/ # train player against current enemy
% retro-gamer train runs/enemy/ # train enemy against updated player
% retro-gamer train runs/player/ # train player again
# ...
"""

# "Reinforcement learning" -------------------------------------------------------------------------

QUICK_START = """\
pip install retro-gamer
retro-gamer create --game my_game.py --output runs/my_game/
retro-gamer train runs/my_game/
"""

AUTOPLAY = """\
def autoplay():
    from retro_gamer import TrainedPolicy, PolicyInput
    ai = TrainedPolicy("runs/my_game/")
    game = create_game()
    game.input_source = PolicyInput(ai, game)
    return game
"""

DRIVING_IT = """\
game = my_game_module.autoplay()
game.start()
while game.playing:
    game.step()
"""

#: The two snakes of retro-games 2.5 can no longer be in one game as the text has it: both have the name
#: "Snake head", and they count in more of the state than the score. This game has snakes that can.
MY_SNAKE = """\
from itertools import count

from retro.examples import snake
from retro.examples.snake import Apple

number = count(1)


class SnakeHead(snake.SnakeHead):
    def __init__(self):
        self.name = f"Snake head {next(number)}"

    def play_turn(self, game):
        for key, value in snake.create_game().state.items():
            game.state.setdefault(key, value)
        super().play_turn(game)
"""


@pytest.fixture(scope="module", autouse=True)
def own_imports() -> Iterator[None]:
    """What is imported from a desk is forgotten, and ``sys.path`` is what it was."""
    path, loaded = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    forget(loaded)


def forget(loaded: set[str]) -> None:
    for name in set(sys.modules) - loaded:
        if "pytest-" in str(getattr(sys.modules[name], "__file__", None)):
            del sys.modules[name]


def type_in(commands: str) -> None:
    """Run the ``retro-gamer`` lines of a shell block; training is cut short, for the text sets no length."""
    for line in commands.replace("\\\n", " ").splitlines():
        words = shlex.split(line.removeprefix("% "), comments=True)
        if words[:1] != ["retro-gamer"]:
            continue
        if words[1] == "create":
            words += [
                "--training-episodes",
                "12",
                "--set",
                "training.evaluate_every=0",
                "--hidden-sizes",
                "8",
            ]
        with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
            patch.setattr(sys, "argv", words)
            main()
        assert ended.value.code == 0, line


@pytest.fixture(scope="module")
def trained_snake(tmp_path_factory) -> Path:
    """A run of snake with 500 episodes, which are very short."""
    run = tmp_path_factory.mktemp("snake") / "snake"
    options = "--max-turns-per-episode 2 --encoder one_hot --checkpoint-every 250"
    type_in(f"retro-gamer create --game snake --output {run.as_posix()} {options}")
    config = run / "config.toml"
    text = config.read_text(encoding="utf-8").replace("training_episodes = 12", "training_episodes = 500")
    config.write_text(text, encoding="utf-8")
    type_in(f"retro-gamer train {run.as_posix()}")
    return run


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Iterator[Path]:
    """The directory that the text speaks of: a game, and runs beside it."""
    (tmp_path / "my_game.py").write_text(MY_GAME + ENEMY_TRAINING_GAME + "\n\n" + AUTOPLAY, encoding="utf-8")
    (tmp_path / "my_snake.py").write_text(MY_SNAKE, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(DESCRIPTION, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    loaded = set(sys.modules)
    configure()
    yield tmp_path
    configure()
    forget(loaded)


@pytest.fixture
def snake_desk(desk, trained_snake) -> Path:
    shutil.copytree(trained_snake, desk / "runs" / "snake")
    return desk


@pytest.fixture
def in_a_terminal(desk) -> Iterator[Callable]:
    """``in_a_terminal(block)``: run a block as a program in a terminal of its own."""
    terminals = pytest.importorskip("agents_in_games.terminals", exc_type=ImportError)
    opened = []

    def in_a_terminal(block: str):
        (desk / "program.py").write_text(block, encoding="utf-8")
        opened.append(terminals.Terminal([sys.executable, "program.py"], cwd=desk))
        return opened[-1]

    yield in_a_terminal
    for terminal in opened:
        terminal.close()


def run(block: str, **names: object) -> dict[str, object]:
    """Execute a block; the names it leaves behind."""
    exec(compile(block, "block", "exec"), names)
    return names


@pytest.mark.usefixtures("snake_desk")
def test_loading_a_trained_model():
    names = run(LOADING)
    assert names["ai"].path.name == "final.pt" and names["ai"].episode == 500
    names = run(LOADING_A_CHECKPOINT, TrainedPolicy=TrainedPolicy)
    assert names["ai"].path.name == "ep_0500.pt"


@pytest.mark.usefixtures("snake_desk")
def test_the_model_as_player(in_a_terminal):
    screen = in_a_terminal(MODEL_AS_PLAYER)
    screen.wait_for("energy: 149")
    screen.press("\x03")
    assert screen.wait() in (0, -signal.SIGINT), "it may have run into the wall before"
    assert "Error" not in screen.shown


@pytest.mark.usefixtures("snake_desk")
def test_the_model_as_an_autonomous_character(in_a_terminal):
    screen = in_a_terminal(MODEL_AS_CHARACTER.replace("retro.examples.snake", "my_snake"))
    screen.wait_for("score: 0")
    screen.press(
        "\x1b[C"
    )  # the arrow to the right: the snake of the human turns, and meets the wall in the end
    assert screen.wait() == 0
    assert ">" in screen.shown, "the snake of the human has turned"
    assert "Error" not in screen.shown


@pytest.mark.usefixtures("snake_desk")
def test_two_snakes_of_retro_games_cannot_be_in_one_game_any_more():
    """When this fails, the block above runs with retro-games' own snake again, and ``MY_SNAKE`` can go."""
    with pytest.raises((AgentWithNameAlreadyExists, NameError)):  # making that error fails in retro-games 2.5
        run(MODEL_AS_CHARACTER)


def test_training_an_enemy_and_then_both_by_turns(desk):
    type_in(TRAINING_THE_ENEMY)
    assert TrainedPolicy("runs/enemy/").episode == 12

    type_in("retro-gamer create --game my_game.py --output runs/player/\nretro-gamer train runs/player/")
    module = "from my_game import *\n" + AGAINST_A_MODEL
    (desk / "enemy_training_game.py").write_text(module, encoding="utf-8")
    shutil.rmtree("runs/enemy")
    type_in("retro-gamer create --game enemy_training_game.py --output runs/enemy/")
    type_in(BY_TURNS)

    import enemy_training_game

    enemy = TrainedPolicy("runs/enemy/")
    assert enemy.episode == 12
    game = enemy_training_game.create_game()
    game.input_source = PolicyInput(enemy, game)
    game.start()
    while game.playing:
        game.step()
    assert game.turn_number == 25 and "pressed" in game.state, "both have played"


@pytest.mark.usefixtures("desk")
def test_quick_start_and_autoplay():
    type_in(QUICK_START)
    import my_game

    names = run(DRIVING_IT, my_game_module=my_game)
    assert names["game"].turn_number == 25 and names["game"].view is None
