"""Training from Python, as the specification shows it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from functools import partial
from textwrap import dedent

import pytest
from retro.examples.snake import create_game
from waiting import PATIENCE

from retro_gamer import DQNTrainer, GameMetadata, TrainedPolicy
from retro_gamer_core.errors import CheckpointIncompatible, ConfigurationError
from retro_gamer_core.games.finding import find_game

QUICK = {
    "training_episodes": 6,
    "batch_size": 8,
    "learning_starts": 16,
    "memory_capacity": 500,
    "hidden_sizes": [8],
}


@pytest.fixture
def metadata() -> GameMetadata:
    return GameMetadata.from_pyproject("retro.examples.snake")


@pytest.fixture
def coins(tmp_path, coin_game):
    """``create_game`` of the coin game, and its description."""
    (tmp_path / "coins.py").write_text(coin_game, encoding="utf-8")
    description = {
        "actions": ["KEY_LEFT", "KEY_RIGHT"],
        "reward": "score",
        "character_set": ["@", "$"],
        "spatial": False,
    }
    return find_game((tmp_path / "coins.py").as_posix()).factory, GameMetadata.from_dict(description)


def config_of(run) -> dict:
    return tomllib.loads((run / "config.toml").read_text(encoding="utf-8"))


def test_as_the_reference_shows_it(metadata, tmp_path, capfd):
    trainer = DQNTrainer(
        create_game,
        metadata,
        tmp_path / "runs" / "snake",
        training_episodes=3,
        n_layers=2,
        layer_size=16,
        batch_size=8,
        learning_starts=16,
        max_turns_per_episode=20,
    )
    trainer.train()
    run = tmp_path / "runs" / "snake"
    assert config_of(run)["game"] == {"name": "retro.examples.snake:create_game"}
    assert config_of(run)["model"]["hidden_sizes"] == [16, 16]
    assert config_of(run)["training"]["training_episodes"] == 3
    assert (run / "checkpoints" / "final.pt").exists()
    assert TrainedPolicy(run).episode == 3
    err = capfd.readouterr().err
    assert "Training retro.examples.snake:create_game" in err and "episode 3 of 3" in err


def test_positional_and_keyword_arguments(coins, tmp_path):
    create, description = coins
    for trainer in (
        DQNTrainer(create, description, str(tmp_path / "a"), {"encoder": "egocentric", "radius": 2}, **QUICK),
        DQNTrainer(
            create_game=create,
            metadata=description,
            run_dir=tmp_path / "b",
            preprocessing={"egocentric": True, "egocentric_player": "walker", "egocentric_radius": 2},
            **QUICK,
        ),
    ):
        assert trainer.metadata.board_size == (6, 4)
        assert trainer.train().reason == "finished"
    for name in "ab":
        assert config_of(tmp_path / name)["preprocessing"]["encoder"] == "egocentric"
        assert config_of(tmp_path / name)["preprocessing"]["radius"] == 2


def test_older_names_of_hyperparameters(coins, tmp_path):
    create, description = coins
    DQNTrainer(
        create,
        description,
        tmp_path / "run",
        n_layers=3,
        layer_size=4,
        lr_decay=0.99,
        prioritize_experiences=False,
        training_episodes=2,
    ).train()
    config = config_of(tmp_path / "run")
    assert config["model"]["hidden_sizes"] == [4, 4, 4]
    assert config["training"]["learning_rate_decay"] == 0.99
    assert config["training"]["memory"] == "uniform"


def test_every_problem_is_named_at_once_and_nothing_is_made(coins, tmp_path):
    create, description = coins
    with pytest.raises(ConfigurationError) as raised:
        DQNTrainer(create, description, tmp_path / "run", lerning_rate=0.1, gamma=2, hidden_sizes=[])
    message = str(raised.value)
    assert "did you mean 'learning_rate'" in message
    assert "gamma = 2" in message and "hidden_sizes" in message
    assert isinstance(raised.value, ValueError)
    assert not (tmp_path / "run").exists()


def test_callbacks_hear_of_episodes_and_checkpoints(coins, tmp_path, capfd):
    create, description = coins
    checkpoints, episodes = [], []
    trainer = DQNTrainer(create, description, tmp_path / "run", checkpoint_every=4, **QUICK)
    trainer.train(on_checkpoint=checkpoints.append, on_episode=lambda: episodes.append(1))
    assert len(episodes) == 6
    assert [checkpoint["episode"] for checkpoint in checkpoints] == [4, 6]
    for checkpoint in checkpoints:
        assert checkpoint.keys() == {"episode", "avg_reward", "avg_steps", "avg_loss", "epsilon"}
        assert all(isinstance(value, int | float) for value in checkpoint.values())
    [line] = capfd.readouterr().err.splitlines()  # whoever gives callbacks shows progress in their own way
    assert line.startswith("Note: best.pt is the policy after episode 6: ")


def test_a_callback_that_fails_is_shown_and_training_goes_on(coins, tmp_path, capfd):
    create, description = coins

    def on_episode():
        raise KeyError("my mistake")

    outcome = DQNTrainer(create, description, tmp_path / "run", **QUICK).train(on_episode=on_episode)
    assert outcome.reason == "finished"
    assert capfd.readouterr().err.count("my mistake") == 1


def test_more_episodes_go_on_where_the_first_ended(coins, tmp_path):
    create, description = coins
    run = tmp_path / "run"
    DQNTrainer(create, description, run, seed=5, **QUICK).train(on_episode=int)
    (run / "config.toml").write_text(
        (run / "config.toml").read_text(encoding="utf-8") + "\n# my own remark\n", encoding="utf-8"
    )
    episodes = []
    more = {**QUICK, "training_episodes": 10, "hidden_sizes": (8,)}
    outcome = DQNTrainer(create, description, run, **more).train(on_episode=lambda: episodes.append(1))
    assert (outcome.episodes, len(episodes)) == (10, 4)
    assert config_of(run)["training"]["training_episodes"] == 10
    assert config_of(run)["training"]["seed"] == 5, "left out, the seed of the run stays"
    assert "# my own remark" in (run / "config.toml").read_text(encoding="utf-8")


def test_a_checkpoint_can_be_loaded_by_name_or_path(coins, tmp_path):
    create, description = coins
    run = tmp_path / "run"
    settings = {**QUICK, "checkpoint_every": 2}
    DQNTrainer(create, description, run, **settings).train(on_episode=int)
    for name in ("ep_0002", run / "checkpoints" / "ep_0002.pt"):
        trainer = DQNTrainer(create, description, run, **settings)
        trainer.load_checkpoint(name)
        outcomes = []
        trainer.train(on_checkpoint=outcomes.append)
        assert [outcome["episode"] for outcome in outcomes] == [4, 6]
    assert len(list((run / "set_aside").iterdir())) == 2


def test_what_does_not_fit_is_refused_before_anything_is_changed(coins, tmp_path):
    create, description = coins
    run = tmp_path / "run"
    DQNTrainer(create, description, run, **QUICK).train(on_episode=int)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    trainer = DQNTrainer(create, description, run, **{**QUICK, "hidden_sizes": [9]})
    with pytest.raises(CheckpointIncompatible, match="hidden_sizes"):
        trainer.train()
    with pytest.raises(ValueError, match="hidden_sizes"):
        trainer.load_checkpoint("final")
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_a_factory_may_be_anything_that_can_be_called(coins, tmp_path):
    create, description = coins

    class Maker:
        def __call__(self):
            return create()

    for name, factory in {"lambda": lambda: create(), "partial": partial(create), "object": Maker()}.items():
        assert DQNTrainer(factory, description, tmp_path / name, **QUICK).train(on_episode=int).episodes == 6


def test_an_error_in_the_game_names_the_line(tmp_path, coin_game, capfd):
    file = tmp_path / "coins.py"
    file.write_text(coin_game.replace('game.state["strength"] -= 1', "1 / 0"), encoding="utf-8")
    description = GameMetadata.from_dict({"actions": ["KEY_LEFT"], "reward": "score"})
    create = find_game(file.as_posix()).factory
    with pytest.raises(Exception, match=r"coins\.py:\d+, in play_turn: 1 / 0"):
        DQNTrainer(create, description, tmp_path / "run", **QUICK).train(on_episode=int)
    assert "Note: the game raised ZeroDivisionError" in capfd.readouterr().err


def test_a_network_of_ones_own(coins, tmp_path, monkeypatch):
    create, description = coins
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "small_net.py").write_text(
        dedent("""
        from torch import nn

        def build(n_inputs, n_outputs, width=4):
            return nn.Sequential(nn.Linear(n_inputs, width), nn.ReLU(), nn.Linear(width, n_outputs))
        """),
        encoding="utf-8",
    )
    settings = {key: value for key, value in QUICK.items() if key != "hidden_sizes"}
    trainer = DQNTrainer(
        create, description, tmp_path / "run", network="small_net:build", width=5, **settings
    )
    assert trainer.train(on_episode=int).reason == "finished"
    assert config_of(tmp_path / "run")["model"] == {"network": "small_net:build", "width": 5}


def test_a_script_can_be_found_again_by_play(tmp_path, coin_game):
    """``create_game`` of a script that is being run belongs to ``__main__``; its path is the better name."""
    script = coin_game + dedent("""

        if __name__ == "__main__":
            from retro_gamer import DQNTrainer, GameMetadata

            metadata = GameMetadata(["KEY_LEFT", "KEY_RIGHT"], "score", ["@", "$"])
            DQNTrainer(create_game, metadata, "run", training_episodes=2, hidden_sizes=[4]).train()
        """)
    (tmp_path / "my_script.py").write_text(script, encoding="utf-8")
    subprocess.run(
        [sys.executable, "my_script.py"], cwd=tmp_path, check=True, capture_output=True, timeout=PATIENCE
    )
    name = config_of(tmp_path / "run")["game"]["name"]
    assert name == f"{(tmp_path / 'my_script.py').resolve().as_posix()}:create_game"
    assert find_game(name).factory().board_size == (6, 4)
