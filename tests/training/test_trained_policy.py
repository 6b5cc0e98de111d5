"""What was learned, inside a game: it looks, it chooses a key, and it leaves the game alone."""

from __future__ import annotations

import random
import tomllib

import numpy as np
import pytest
import tomlkit
import torch
from retro.examples.snake import create_game as create_snake
from retro.views.headless import HeadlessView

from retro_gamer import GameEnvironment, PolicyInput, TrainedPolicy
from retro_gamer_core.errors import CheckpointDamaged, CheckpointIncompatible, GameError, RunNotFound
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.observation import Observations
from retro_gamer_core.training.loading import load_trainer

ENCODERS = {
    "one_hot": {"observe_state": ["strength"]},
    "egocentric": {"encoder": "egocentric"},
    "window": {"encoder": "egocentric", "radius": 2},
}


@pytest.fixture(scope="module", params=ENCODERS)
def trained(request, make_run, tmp_path_factory):
    run = make_run(tmp_path_factory.mktemp("trained"), preprocessing=ENCODERS[request.param])
    load_trainer(run).train()
    return run


@pytest.fixture(scope="module")
def snake_run(make_run, tmp_path_factory):
    metadata = {
        "actions": ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"],
        "reward": "reward",
        "character_set": ["@", "*", ">", "<", "^", "v"],
    }
    directory = tmp_path_factory.mktemp("snake")
    run = make_run(directory, game="snake", metadata=metadata, training={"training_episodes": 10})
    load_trainer(run).train()
    return run


def create(run):
    """A function that makes the game of a run."""
    return find_game((run.path.parent / "game.py").as_posix()).factory


def played(game, turns: int = 60) -> list[tuple]:
    """Everything that happens in a game, turn by turn."""
    game.view = HeadlessView()
    game.start()
    seen = []
    while game.playing and len(seen) < turns:
        game.step()
        seen.append((dict(game.state), [row[:] for row in game.view.board_characters]))
    return seen


def test_the_newest_checkpoint_is_taken_by_number(make_run, stop_at, tmp_path):
    run = make_run(tmp_path, training={"training_episodes": 12_000, "checkpoint_every": 9_995})
    trainer = load_trainer(run)
    trainer.train(stop=stop_at(trainer, 50))
    path = run.newest_checkpoint()
    for episode in (9_995, 10_001):
        contents = torch.load(path, weights_only=True)
        torch.save({**contents, "episode": episode}, run.checkpoint_path(episode))
    assert TrainedPolicy(run.path).episode == 10_001
    assert TrainedPolicy(run.path, 9_995).episode == 9_995


def test_a_checkpoint_may_be_named(trained):
    assert TrainedPolicy(trained.path).path.name == "final.pt"
    for name in ("ep_0010", "ep_0010.pt", 10, trained.checkpoint_path(10), "checkpoints/ep_0010.pt"):
        assert TrainedPolicy(trained.path, checkpoint=name).episode == 10
    with pytest.raises(RunNotFound, match="ep_0040"):
        TrainedPolicy(trained.path, checkpoint="ep_0041")


def test_it_always_chooses_a_key_of_the_game(trained):
    policy = TrainedPolicy(str(trained.path))
    game = create(trained)()
    game.start()
    keys = ("KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN", None)
    key, values = policy.get_action(game), policy.q_values(game)
    assert key in keys
    assert values.shape == (5,) and key == keys[int(values.argmax())]


def test_its_first_look_is_what_training_saw(trained):
    """Before the first turn, when the game's own position cache is stale; and after each turn."""
    trainer = load_trainer(trained)
    assert trainer.load_newest()
    player, policy = trainer.player, TrainedPolicy(trained.path)
    environment = GameEnvironment(
        create(trained), player.metadata, player.encoder, characters=player.characters
    )
    environment.begin_episode()
    seen = Observations.empty(1, player.encoder.spec)
    for _ in range(15):
        environment.write_observation(seen.cells[0], seen.features[0])
        in_training = player.learner.q_values(seen)[0]
        np.testing.assert_array_equal(policy.q_values(environment.game), in_training)
        environment.play_turn(int(in_training.argmax()))


def test_the_config_may_be_edited_after_training(trained):
    before = trained.config.read_bytes()
    game = create(trained)()
    game.start()
    expected = TrainedPolicy(trained.path).q_values(game)
    sections = tomllib.loads(before.decode())
    sections["metadata"].update(actions=["KEY_UP"], character_set=["x"])
    sections["preprocessing"] = {"encoder": "state_only", "observe_state": ["score"]}
    sections["model"] = {"network": "cnn"}
    try:
        trained.config.write_text(tomlkit.dumps(sections), encoding="utf-8")
        np.testing.assert_array_equal(TrainedPolicy(trained.path).q_values(game), expected)
        trained.config.write_text("this is = not [toml", encoding="utf-8")
        np.testing.assert_array_equal(TrainedPolicy(trained.path).q_values(game), expected)
        trained.config.unlink()
        np.testing.assert_array_equal(TrainedPolicy(trained.path).q_values(game), expected)
    finally:
        trained.config.write_bytes(before)


def test_looking_does_not_disturb_a_game(trained):
    """The same seed gives the same game, however many policies look on, also in the middle of a turn."""
    create_game = create(trained)
    policies = [TrainedPolicy(trained.path), TrainedPolicy(trained.path, "ep_0010")]

    class Onlooker:
        character = "o"
        position = (0, 0)
        display = False

        def play_turn(self, game):
            for policy in policies:
                policy.get_action(game)

    def game_with(onlookers) -> list[tuple]:
        random.seed(3)
        np.random.seed(3)
        game = create_game()
        for onlooker in onlookers:
            game.add_agent(onlooker)
        game.input_source = Keys()
        return [*played(game), random.random(), np.random.random()]

    class Keys:
        def __init__(self):
            self.rng = random.Random(5)
            self.source = PolicyInput(self, None)

        def get_action(self, game):
            return self.rng.choice(["KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN"])

        def collect(self):
            return self.source.collect()

    assert game_with([Onlooker()]) == game_with([])


def test_policy_input_plays_in_place_of_the_keyboard(trained):
    """With start and step, as the autoplay convention has it, with a view and without one."""
    create_game = create(trained)

    def autoplay():
        random.seed(11)
        game = create_game()
        game.input_source = PolicyInput(TrainedPolicy(trained.path), game)
        return game

    with_view = played(autoplay())
    game = autoplay()
    game.start()
    states = []
    while game.playing and len(states) < 60:
        game.step()
        states.append(dict(game.state))
    assert states == [state for state, _ in with_view]


def test_it_presses_the_key_that_it_chooses(trained):
    policy = TrainedPolicy(trained.path)
    game = create(trained)()
    game.start()
    source = PolicyInput(policy, game)
    key = policy.get_action(game)
    assert [pressed.name for pressed in source.collect()] == ([] if key is None else [key])


def test_a_policy_may_be_a_character_among_others(snake_run):
    """The example of the specification: a snake of its own mind beside one that the keyboard moves."""
    from retro.examples.snake import Apple, SnakeHead
    from retro.game import Game

    ai = TrainedPolicy(snake_run.path)
    directions = {"KEY_RIGHT": (1, 0), "KEY_LEFT": (-1, 0), "KEY_UP": (0, -1), "KEY_DOWN": (0, 1)}

    class AISnake(SnakeHead):
        name = "AI snake"

        def handle_keystroke(self, keystroke, game):
            pass

        def play_turn(self, game):
            self.direction = directions.get(ai.get_action(game), self.direction)
            super().play_turn(game)

    human, snake, apple = SnakeHead(), AISnake(), Apple()
    snake.position = (16, 8)
    state = dict(create_snake().state)
    game = Game([human, snake, apple], state, board_size=(32, 16))
    apple.relocate(game)
    game.input_source = PolicyInput(ai, game)
    game.start()
    for _ in range(5):
        if game.playing:
            game.step()
    assert game.turn_number >= 1


def test_a_policy_chooses_for_the_character_it_is_told(make_run, tmp_path):
    """Two walkers, one policy: each sees the board from its own place."""
    run = make_run(tmp_path, preprocessing={"encoder": "egocentric"}, training={"training_episodes": 10})
    load_trainer(run).train()
    policy, create_game = TrainedPolicy(run.path), create(run)
    game = create_game()
    walker = game.get_agent_by_name("walker")
    other = type(walker)()
    other.name, other.position = "other walker", (5, 3)
    game.add_agent(other)
    game.start()
    alone = policy.q_values(game)
    np.testing.assert_array_equal(policy.q_values(game, character=walker), alone)
    from_there = policy.q_values(game, character=other)
    assert not np.array_equal(from_there, alone)
    np.testing.assert_array_equal(policy.q_values(game), alone)
    assert policy.get_action(game, character=other) == policy.metadata.keys[from_there.argmax()]


def test_a_policy_may_play_several_games_in_step(make_run, tmp_path):
    """What it has seen of each game is the same as if it had played that one alone, a player who left included."""
    run = make_run(tmp_path, preprocessing={"encoder": "egocentric"}, training={"training_episodes": 10})
    load_trainer(run).train()
    alone, in_step = TrainedPolicy(run.path), TrainedPolicy(run.path)
    one, other = create(run)(), create(run)()
    for game in (one, other):
        game.start()
        alone.q_values(one)
        in_step.q_values(game)
    one.remove_agent(one.get_agent_by_name("walker"))
    np.testing.assert_array_equal(in_step.q_values(one), alone.q_values(one))


def test_renamed_keys_are_pressed_and_not_told(make_run, tmp_path, monkeypatch):
    """Whoever asks for an action hears its name; whoever plays in place of the keyboard presses the key."""
    actions = ["KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN"]
    metadata = {
        "actions": actions,
        "reward": "score",
        "character_set": ["@", "$"],
        "key_variables": {key: f"TEST_{key}" for key in actions},
    }
    run = make_run(tmp_path, metadata=metadata, training={"training_episodes": 10})
    load_trainer(run).train()
    for number, key in enumerate(actions):
        monkeypatch.setenv(f"TEST_{key}", "abcd"[number])
    policy, game = TrainedPolicy(run.path), create(run)()
    game.start()
    monkeypatch.setattr(policy, "q_values", lambda game, character=None: np.array([0, 0, 1, 0, 0.5]))
    assert policy.get_action(game) == "KEY_UP"
    assert [str(key) for key in PolicyInput(policy, game).collect()] == ["c"]


def test_one_policy_may_look_at_several_games_in_turn(trained):
    create_game = create(trained)
    policy, games = TrainedPolicy(trained.path), [create_game() for _ in range(3)]
    for game in games:
        game.start()
    at_first = [policy.q_values(game) for game in games]
    for game, values in zip(reversed(games), reversed(at_first), strict=True):
        np.testing.assert_array_equal(policy.q_values(game), values)


def test_a_game_of_another_kind_is_explained(trained):
    game = create_snake()
    game.start()
    observed = TrainedPolicy(trained.path).metadata.observe_state
    expected = "has nothing called 'strength'" if observed else "32×16 cells instead of 6×4"
    with pytest.raises(GameError, match=expected):
        TrainedPolicy(trained.path).get_action(game)


def test_a_run_without_a_checkpoint_is_explained(make_run, tmp_path):
    run = make_run(tmp_path)
    with pytest.raises(RunNotFound, match="has no checkpoint yet") as raised:
        TrainedPolicy(run.path)
    assert f"retro-gamer train {run.path}" in str(raised.value)


def test_damaged_and_foreign_checkpoints_are_explained(make_run, tmp_path):
    run = make_run(tmp_path, training={"training_episodes": 10})
    load_trainer(run).train()
    contents = torch.load(run.final_checkpoint, weights_only=True)
    foreign = {**contents, "config_snapshot": {"metadata": {}, "hidden_sizes": [128, 64]}}
    torch.save(foreign, run.final_checkpoint)
    with pytest.raises(CheckpointIncompatible, match=r"final.pt was saved by retro-gamer 0.4.0"):
        TrainedPolicy(run.path)
    run.final_checkpoint.write_bytes(b"not a checkpoint at all")
    with pytest.raises(CheckpointDamaged, match=r"final.pt cannot be read"):
        TrainedPolicy(run.path, "final")
    policy = TrainedPolicy(run.path)  # nobody asked for that one: the one before it plays, with a word
    assert policy.path.name == "ep_0010.pt" and "final.pt cannot be read" in policy.warnings[0]


def test_parts_that_are_not_what_they_were_are_named(trained):
    policy = TrainedPolicy(trained.path)
    assert policy.warnings == []
    contents = torch.load(trained.final_checkpoint, weights_only=True)
    for part in contents["parts_lock"]:
        if part["kind"] == "network":
            part["version"] = "0.9"
    other = trained.path / "other.pt"
    torch.save(contents, other)
    [warning] = TrainedPolicy(trained.path, other).warnings
    other.unlink()
    assert "the network was mlp" in warning and "0.9" in warning
