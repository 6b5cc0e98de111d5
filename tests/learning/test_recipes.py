"""The recipes: one for all games, each choice with a reason, and each a setting that exists."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from retro_gamer_core import GameFacts
from retro_gamer_core.games.finding import find_game
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.plugins.registry import installed_plugins
from retro_gamer_core.training.loading import load_trainer
from retro_gamer_core.training.new_run import choices_of, make_run, with_wishes

FACTS = GameFacts(
    name="somebody's",
    board_size=(30, 20),
    actions=("KEY_LEFT", "KEY_RIGHT"),
    characters=("@", "*"),
    spatial=True,
    observe_state=(),
    player="",
    turn_seconds=1e-5,
    create_seconds=0.001,
    largest_reward=1.0,
    rewarded_turns=0.5,
    occupied_cells=12.0,
)
RECIPES = ["standard", "patient", "classic"]


def chosen(recipe: str, facts: GameFacts) -> dict[str, object]:
    return {choice.key: choice.value for choice in choices_of(recipe, facts, installed_plugins())}


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_choice_has_a_reason_and_can_be_used(recipe, tmp_path):
    plugins = installed_plugins()
    choices = choices_of(recipe, FACTS, plugins)
    assert all(choice.reason for choice in choices)
    assert len({choice.key for choice in choices}) == len(choices)
    described = GameMetadata.from_dict(
        {
            "actions": list(FACTS.actions),
            "reward": "score",
            "character_set": ["@", "*"],
            "board_size": [30, 20],
        }
    )
    make_run(tmp_path / "run", "retro.examples.snake", described, choices, plugins)


@pytest.mark.parametrize("recipe", RECIPES)
def test_no_game_is_known_by_its_name(recipe):
    assert chosen(recipe, FACTS) == chosen(recipe, replace(FACTS, name="snake"))


def test_what_is_near_counts_on_a_crowded_board_and_on_a_large_one():
    assert "radius" not in chosen("standard", FACTS)
    crowded = chosen("standard", replace(FACTS, occupied_cells=250.0))
    large = chosen("standard", replace(FACTS, board_size=(400, 200)))
    assert crowded["radius"] < large["radius"]
    assert crowded["nearby"] is True
    assert "nearby" not in chosen("standard", FACTS)
    assert "nearby" not in chosen("standard", replace(FACTS, occupied_cells=250.0, player=None))


@pytest.mark.parametrize(
    ("largest", "scale"), [(0.0, None), (51.0, None), (5000.0, 0.002), (0.001, 10_000.0)]
)
def test_huge_and_tiny_rewards_are_scaled(largest, scale):
    assert chosen("standard", replace(FACTS, largest_reward=largest)).get("reward_scale") == scale


def test_without_one_player_the_board_is_seen_as_it_is_drawn():
    assert chosen("standard", replace(FACTS, player=None))["encoder"] == "one_hot"


def test_games_that_take_long_to_make_are_not_played_side_by_side():
    assert chosen("standard", FACTS)["games_in_step"] > 1
    assert chosen("standard", replace(FACTS, create_seconds=8.0))["games_in_step"] == 1


def test_the_patient_recipe_differs_where_patience_pays():
    standard, patient = chosen("standard", FACTS), chosen("patient", FACTS)
    assert standard.keys() == patient.keys()
    assert patient["learning_rate"] < standard["learning_rate"]
    assert patient["memory_capacity"] > standard["memory_capacity"]


@pytest.mark.parametrize("games", [1, 16])
@pytest.mark.parametrize("recipe", RECIPES)
def test_as_shipped_a_recipe_explores_as_much_as_it_says(recipe, games, tmp_path):
    """With every setting of the recipe; only the schedule of exploration is put forward to its end."""
    plugins, found = installed_plugins(), find_game("snake")
    found.metadata.board_size = (32, 16)
    facts = replace(
        FACTS, board_size=(32, 16), player="Snake head", create_seconds=0.001 if games > 1 else 8.0
    )
    wishes = {"training": {"games_in_step": games, "training_episodes": 20, "seed": 1}}
    choices = with_wishes(choices_of(recipe, facts, plugins), wishes, plugins)
    run = make_run(tmp_path / "run", found.name, found.metadata, choices, plugins)
    trainer = load_trainer(run)
    learner = trainer.player.learner
    learner.turns_played(200_000)
    for _ in range(10_000):
        learner.episode_finished()
    trainer.train()

    log = (run.path / "training.log").read_text(encoding="utf-8")
    [said] = [line for line in log.splitlines() if "exploration: 100%" in line]
    logged = {float(epsilon) for epsilon in re.findall(r"\[EP .* epsilon=([0-9.]+)", log)}
    assert len(logged) == 1
    if games > 1 and recipe != "classic":
        [average] = re.findall(
            r"5\.0% in the boldest of 16 games and .* most careful, ([0-9.]+)% on average", said
        )
        assert logged.pop() == pytest.approx(float(average) / 100, abs=0.0006)
    else:
        assert said.endswith("to 5.0%") and logged == {0.05}


def test_one_game_has_nobody_to_explore_more_carefully_than():
    alone = replace(FACTS, create_seconds=8.0)
    assert "epsilon_spread" in chosen("standard", FACTS)
    assert "epsilon_spread" not in chosen("standard", alone)
    [reason] = [
        choice.reason
        for choice in choices_of("standard", alone, installed_plugins())
        if choice.key == "epsilon_min"
    ]
    assert "side by side" not in reason
