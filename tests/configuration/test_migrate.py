"""Configs as older versions and older documents wrote them are understood, and mistakes in them too."""

from __future__ import annotations

import tomllib
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core.configuration import config_from_sections, migrated_sections
from retro_gamer_core.configuration.migrate import migrate
from retro_gamer_core.errors import ConfigurationError

MADE_BY_0_4_0 = """
[game]
module = "retro.examples.snake"

[metadata]
actions = [
    "KEY_RIGHT",
    "KEY_UP",
    "KEY_LEFT",
    "KEY_DOWN",
]
reward = "score"
board_size = [
    32,
    16,
]
character_set = [
    "@",
    "*",
]
extras_size = 1

[preprocessing]
spatial = true

[model]
hidden_sizes = [
    128,
    64,
]

[training]
learning_rate = 0.0001
learning_rate_decay = 0.9999
gamma = 0.99
epsilon_decay = 0.9997
epsilon_min = 0.05
batch_size = 64
memory_capacity = 50000
target_update_freq = 500
training_episodes = 20000
max_turns_per_episode = 2000
exploration_turns = 200
train_every = 4
prioritize_experiences = true
"""

AFTER_TRAINING_WITH_0_4_0 = MADE_BY_0_4_0.replace(
    "spatial = true", 'spatial = false\nboard = true\nobserve_state = ["lives"]'
)

OF_THE_PLAN = """
[game]
name = "snake"
board_size = [32, 16]
actions = ["KEY_RIGHT", "KEY_UP"]
reward = "score"
character_set = ["@", "*"]
spatial = true
observe_state = []

[hyperparameters]
learning_rate = 0.001
lr_decay = 0.995
n_layers = 3
layer_size = 32
prioritize_experiences = false
batch_size = 32
"""


def migrated(sections: dict) -> dict:
    """The sections of today, where nothing is wrong."""
    document = migrate(sections)
    assert migrated_sections(sections) == document.sections  # raises where something is
    return document.sections


@pytest.fixture
def older() -> dict:
    """A config without a version, to add older settings to."""
    return {"game": {"name": "snake"}, "metadata": {"actions": ["w"], "reward": "score"}}


def test_a_config_as_0_4_0_made_it(plugins):
    config = config_from_sections(tomllib.loads(MADE_BY_0_4_0), plugins)
    assert config.game == "retro.examples.snake"
    assert config.metadata.board_size == (32, 16) and config.metadata.spatial
    assert (config.encoder.name, config.network.name, config.memory.name) == ("one_hot", "cnn", "prioritized")
    assert config.network.options == {"hidden_sizes": [128, 64]}
    assert config.training.training_episodes == 20_000
    assert config.learner.options["target_update_freq"] == 500


def test_a_config_as_0_4_0_left_it_after_training(plugins):
    config = config_from_sections(tomllib.loads(AFTER_TRAINING_WITH_0_4_0), plugins)
    assert (config.encoder.name, config.network.name) == ("one_hot", "mlp")
    assert not config.metadata.spatial
    assert config.observe_state == ("lives",)


def test_a_config_as_the_plan_had_it(plugins):
    config = config_from_sections(tomllib.loads(OF_THE_PLAN), plugins)
    assert config.game == "snake"
    assert config.metadata.actions == ["KEY_RIGHT", "KEY_UP"]
    assert config.network.options == {"hidden_sizes": [32, 32, 32]}
    assert config.learner.options == {"learning_rate": 0.001, "learning_rate_decay": 0.995}
    assert config.memory.name == "uniform"
    assert config.training.batch_size == 32


@pytest.mark.parametrize("text", [MADE_BY_0_4_0, AFTER_TRAINING_WITH_0_4_0, OF_THE_PLAN])
def test_the_translation_says_the_same_and_is_final(text, plugins):
    sections = tomllib.loads(text)
    before = deepcopy(sections)
    current = migrated(sections)
    assert sections == before
    assert current["config_version"] == 1
    assert config_from_sections(current, plugins) == config_from_sections(sections, plugins)
    assert migrated(current) == current


def test_a_current_config_needs_no_translation():
    current = {"config_version": 1, "game": {"name": "snake"}, "logging": {"json_lines": {}}}
    assert migrated(current) == current


@pytest.mark.parametrize(
    ("section", "older_settings", "current"),
    [
        ("training", {"lr_decay": 0.9}, {"training": {"learning_rate_decay": 0.9}}),
        ("hyperparameters", {"lr_decay": 0.9}, {"training": {"learning_rate_decay": 0.9}}),
        ("model", {"n_layers": 3}, {"model": {"hidden_sizes": [128, 128, 128]}}),
        ("model", {"n_layers": 1, "layer_size": 64}, {"model": {"hidden_sizes": [64]}}),
        ("training", {"prioritize_experiences": True}, {"training": {"memory": "prioritized"}}),
        ("training", {"prioritize_experiences": False}, {"training": {"memory": "uniform"}}),
        (
            "preprocessing",
            {"egocentric": True, "egocentric_player": "Hero", "egocentric_radius": 5},
            {"preprocessing": {"encoder": "egocentric", "player": "Hero", "radius": 5}},
        ),
        ("preprocessing", {"egocentric": False, "egocentric_radius": 5}, {"preprocessing": {}}),
        (
            "preprocessing",
            {"board": False, "observe_state": ["lives"]},
            {"preprocessing": {"encoder": "state_only", "observe_state": ["lives"]}},
        ),
        ("preprocessing", {"board": True}, {"preprocessing": {}}),
        (
            "preprocessing",
            {"spatial": True},
            {"preprocessing": {}, "metadata": {"spatial": True}, "model": {"network": "cnn"}},
        ),
        (
            "preprocessing",
            {"spatial": False},
            {"preprocessing": {}, "metadata": {"spatial": False}, "model": {"network": "mlp"}},
        ),
        ("preprocessing", {"observe_state_sizes": {"lives": 1}}, {"preprocessing": {}}),
        ("metadata", {"extras_size": 3}, {"metadata": {}}),
        (
            "metadata",
            {"observation_function": "my_game:observe"},
            {"metadata": {}, "preprocessing": {"encoder": "my_game:observe"}},
        ),
        ("game", {"module": "my_game"}, {"game": {"name": "my_game"}}),
        ("game", {"module": "my_game", "factory": "my_game:new"}, {"game": {"name": "my_game:new"}}),
        (
            "game",
            {"module": "my_game", "path": "/home/me/games"},
            {"game": {"name": "/home/me/games/my_game.py"}},
        ),
        (
            "game",
            {"module": "pack", "path": "/home/me", "factory": "pack.game:new"},
            {"game": {"name": "/home/me/pack/game.py:new"}},
        ),
        (
            "game",
            {"actions": ["w"], "reward": "score"},
            {"game": {}, "metadata": {"actions": ["w"], "reward": "score"}},
        ),
    ],
)
def test_each_older_spelling(section, older_settings, current):
    assert migrated({section: older_settings}) == {"config_version": 1, **current}


def test_the_game_of_a_package_directory(tmp_path):
    (tmp_path / "pack").mkdir()
    translated = migrated({"game": {"module": "pack", "path": str(tmp_path)}})
    assert translated["game"]["name"] == (tmp_path / "pack").as_posix()


def test_the_size_of_the_learners_view_is_not_taken_for_that_of_the_board():
    older = {
        "metadata": {"board_size": [11, 11]},
        "preprocessing": {"egocentric": True, "egocentric_radius": 5},
    }
    assert migrated(older)["metadata"] == {}
    older["metadata"]["board_size"] = [32, 16]
    assert migrated(older)["metadata"] == {"board_size": [32, 16]}


def test_a_board_as_large_as_a_view_of_today_is_a_board():
    current = {
        "config_version": 1,
        "metadata": {"board_size": [11, 11]},
        "preprocessing": {"encoder": "egocentric", "radius": 5},
    }
    assert migrated(current) == current


def test_a_function_of_ones_own_sees_what_it_likes():
    older = {"metadata": {"observation_function": "my_game:see"}, "preprocessing": {"egocentric": True}}
    assert migrated(older)["preprocessing"] == {"encoder": "my_game:see"}


def test_of_two_keys_that_became_one_only_the_wrong_one_is_told(older, problems):
    older["model"] = {"n_layers": 3, "layer_size": 0}
    (problem,) = problems(older)
    assert problem.startswith("layer_size = 0: this must be at least 1")


def test_a_named_network_is_kept():
    older = {"preprocessing": {"spatial": True}, "model": {"network": "mlp"}}
    assert migrated(older)["model"] == {"network": "mlp"}


def test_with_an_encoder_named_the_games_own_function_stays_a_fact_about_it():
    sections = {
        "config_version": 1,
        "metadata": {"observation_function": "my_game:observe"},
        "preprocessing": {"encoder": "one_hot"},
    }
    assert migrated(sections) == sections


# Mistakes are explained in the words they were written in -----------------------------------


@pytest.mark.parametrize(
    ("section", "settings_", "starts", "where"),
    [
        ("training", {"lr_decay": 2.0}, "lr_decay = 2.0: this must be at most 1", "[training]"),
        ("hyperparameters", {"lr_decay": 2.0}, "lr_decay = 2.0: this must be at most 1", "[hyperparameters]"),
        ("hyperparameters", {"gamma": 2.0}, "gamma = 2.0: this must be at most 1", "[hyperparameters]"),
        ("hyperparameters", {"n_layers": 0}, "n_layers = 0: this must be at least 1", "[hyperparameters]"),
        ("hyperparameters", {"gama": 1}, "gama is not a setting of [hyperparameters]", "[hyperparameters]"),
        ("model", {"layer_size": "wide"}, 'layer_size = "wide": this must be a whole number', "[model]"),
        (
            "training",
            {"prioritize_experiences": "yes"},
            'prioritize_experiences = "yes": this must be true or false',
            "[training]",
        ),
        ("preprocessing", {"spatial": 1}, "spatial = 1: this must be true or false", "[preprocessing]"),
        ("preprocessing", {"board": False}, "board = false without observe_state", "[preprocessing]"),
        (
            "preprocessing",
            {"board": False, "observe_state": ["lives"], "spatial": True},
            "spatial = true and board = false do not go together",
            "[preprocessing]",
        ),
        (
            "preprocessing",
            {"egocentric": True, "egocentric_radius": 0},
            "egocentric_radius = 0: this must be at least 1",
            "[preprocessing]",
        ),
        (
            "metadata",
            {"observation_function": "nowhere"},
            "there is no encoder called 'nowhere'",
            "[metadata]",
        ),
    ],
)
def test_a_wrong_value_is_explained_under_the_name_it_has_in_the_file(
    older, plugins, section, settings_, starts, where
):
    older.setdefault(section, {}).update(settings_)
    with pytest.raises(ConfigurationError) as raised:
        config_from_sections(older, plugins)
    (problem,) = raised.value.problems
    assert problem.what.startswith(starts)
    assert problem.where.startswith(where)


@pytest.mark.parametrize(
    "tables",
    [
        {"training": {"lr_decay": 0.9, "learning_rate_decay": 0.99}},
        {"hyperparameters": {"gamma": 0.9}, "training": {"gamma": 0.99}},
        {"model": {"n_layers": 2, "hidden_sizes": [64]}},
        {"training": {"prioritize_experiences": True, "memory": "uniform"}},
        {"preprocessing": {"egocentric": True, "encoder": "one_hot"}},
        {"game": {"name": "nav", "module": "snake"}},
    ],
)
def test_an_older_and_a_current_setting_may_not_contradict_each_other(older, problems, tables):
    (problem,) = problems(older | tables)
    assert "contradict each other" in problem and "remove" in problem
    with pytest.raises(ConfigurationError):
        migrated_sections(older | tables)


def test_saying_the_same_twice_is_no_contradiction(older, plugins):
    older["training"] = {"lr_decay": 0.9, "learning_rate_decay": 0.9}
    assert config_from_sections(older, plugins).learner.options == {"learning_rate_decay": 0.9}


_values = st.one_of(
    st.booleans(), st.integers(-2, 200), st.floats(allow_nan=False), st.sampled_from(["a", "b:c"])
)
_keys = {
    "game": ["name", "module", "path", "factory", "actions", "reward", "spatial"],
    "metadata": ["reward", "spatial", "board_size", "observation_function", "extras_size"],
    "preprocessing": [
        "encoder",
        "player",
        "board",
        "spatial",
        "egocentric",
        "egocentric_radius",
        "egocentric_player",
    ],
    "model": ["network", "hidden_sizes", "n_layers", "layer_size"],
    "training": ["lr_decay", "learning_rate_decay", "prioritize_experiences", "memory", "gamma"],
    "hyperparameters": [
        "lr_decay",
        "n_layers",
        "layer_size",
        "prioritize_experiences",
        "memory",
        "gamma",
        "odd",
    ],
}
_sections = st.fixed_dictionaries(
    {},
    optional={
        name: st.dictionaries(st.sampled_from(keys), _values, max_size=6) for name, keys in _keys.items()
    },
)


@settings(max_examples=150, deadline=None)
@given(_sections)
def test_translating_is_final_and_changes_nothing_it_is_given(sections):
    before = deepcopy(sections)
    try:
        current = migrated(sections)
    except ConfigurationError:
        assert sections == before
        return
    assert sections == before
    assert migrated(current) == current
