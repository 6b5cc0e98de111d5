"""A league of a game with two sides: the game of tag from the documentation."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from duels.conftest import desk, make_run, tag_files
from policies.test_policy_files import rebuilt

from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.policies.checkpoint_policy import CheckpointPolicy
from retro_gamer_core.policies.exporting import export_policy
from retro_gamer_core.training.loading import load_trainer

__all__ = ["desk", "make_run", "tag_files"]

PYPROJECT = """
[tool.retro-gamer]
actions = ["KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"]
character_set = ["C", "R", "#"]
winner = "winner"

[tool.retro-gamer.games.chaser]
factory = "tag:create_chaser_game"
player = "chaser"
reward = "chaser_points"

[tool.retro-gamer.games.runner]
factory = "tag:create_runner_game"
player = "runner"
reward = "runner_points"
"""
GAMES = [word for side in ("chaser", "runner") for word in ("--game", f"tag.py:create_{side}_game")]


@pytest.mark.slow
def test_each_plays_all_of_the_other_side_and_gets_a_rating(desk, make_run):
    (desk / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (desk / "submissions").mkdir()
    plugins, rng = installed_plugins(), np.random.default_rng(1)
    for side in ("chaser", "runner"):
        run = make_run(side, training={"training_episodes": 4})
        load_trainer(run).train([])
        game = find_game(f"tag.py:create_{side}_game")
        file = desk / "submissions" / f"{side}-one.rgp"
        export_policy(CheckpointPolicy(run, None, plugins), game.factory(), file, plugins=plugins)

        def other(card, weights):
            for name in weights:
                weights[name] = rng.normal(0, 1, weights[name].shape).astype(np.float32)

        file.with_name(f"{side}-two.rgp").write_bytes(rebuilt(file.read_bytes(), other))
    (desk / "submissions" / "broken.rgp").write_bytes(b"x")
    done = CliRunner().invoke(retro_gamer, ["league", "submissions", *GAMES, "--games", "6", "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    told = json.loads(done.stdout)
    rows = {row["name"]: row for row in told["ranked"]}
    assert rows.keys() == {"chaser-one", "chaser-two", "runner-one", "runner-two"}
    assert all(row["games"] == 12 and row["side"] in name for name, row in rows.items())
    assert sum(row["won"] * row["games"] for row in rows.values()) == 24, "somebody wins each of 24 games"
    assert np.mean([row["mean"] for row in rows.values()]) == pytest.approx(1000)
    assert [row["name"] for row in told["not_ranked"]] == ["broken"]
    again = CliRunner().invoke(retro_gamer, ["league", "submissions", *GAMES, "--games", "6"])
    assert "rating" in again.stdout and "chaser-one (chaser)" in again.stdout
    assert (desk / "league.html").read_text(encoding="utf-8").count("data-game=") == 4
