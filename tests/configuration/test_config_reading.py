"""Reading a config: defaults, types, and every mistake explained at once."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core.configuration import PartChoice, TrainingSettings, config_from_sections, settings_table
from retro_gamer_core.configuration.settings import LOOP_SETTINGS
from retro_gamer_core.errors import ConfigurationError
from retro_gamer_core.plugins.registry import Plugins

BUILT_IN = Plugins(only=())


def test_what_is_not_written_has_its_default(sections, plugins):
    config = config_from_sections(sections, plugins)
    assert config.game == "snake"
    assert config.metadata.actions == ["KEY_UP", "KEY_DOWN"]
    assert config.encoder == PartChoice("encoder", "one_hot", {})
    assert config.network == PartChoice("network", "cnn", {})
    assert config.learner == PartChoice("learner", "dqn", {})
    assert config.memory == PartChoice("memory", "prioritized", {})
    assert [logger.name for logger in config.loggers] == ["training_log", "json_lines", "recordings"]
    assert config.training == TrainingSettings()
    assert config.observe_state == ()


def test_the_defaults_are_those_of_the_specification():
    defaults = TrainingSettings()
    assert (defaults.training_episodes, defaults.max_turns_per_episode) == (20_000, 2_000)
    assert (defaults.batch_size, defaults.memory_capacity, defaults.train_every) == (64, 50_000, 4)
    assert (defaults.gamma, defaults.exploration_turns) == (0.99, 200)
    assert (defaults.unknown_character_strategy, defaults.seed) == ("ignore", None)


def test_each_option_goes_to_the_part_it_belongs_to(sections, plugins):
    sections["preprocessing"] = {"encoder": "egocentric", "radius": 4}
    sections["model"] = {"network": "mlp", "hidden_sizes": [32, 16]}
    sections["training"] = {"learning_rate": 0.01, "alpha": 0.5, "batch_size": 8, "gamma": 1}
    config = config_from_sections(sections, plugins)
    assert config.encoder.options == {"radius": 4}
    assert config.network.options == {"hidden_sizes": [32, 16]}
    assert config.learner.options == {"learning_rate": 0.01}
    assert config.memory.options == {"alpha": 0.5}
    assert config.training.batch_size == 8
    assert isinstance(config.training.gamma, float)


def test_a_logger_has_a_table_of_its_own(sections, tmp_path, monkeypatch):
    (tmp_path / "loud.py").write_text("def logger(run_directory, *, volume=1): ...\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    sections["logging"] = {"loggers": ["training_log", "loud:logger"], "loud:logger": {"volume": 11}}
    config = config_from_sections(sections, BUILT_IN)
    assert config.loggers == (
        PartChoice("logger", "training_log", {}),
        PartChoice("logger", "loud:logger", {"volume": 11}),
    )
    assert config_from_sections(config.to_sections(), BUILT_IN) == config


def test_without_a_network_the_board_decides(sections, plugins):
    sections["metadata"]["spatial"] = False
    assert config_from_sections(sections, plugins).network.name == "mlp"
    sections["metadata"]["spatial"] = True
    assert config_from_sections(sections, plugins).network.name == "cnn"
    sections["preprocessing"] = {"encoder": "state_only", "observe_state": ["lives"]}
    assert config_from_sections(sections, plugins).network.name == "mlp"


def test_the_run_decides_what_state_is_observed_else_the_description(sections, plugins):
    sections["metadata"]["observe_state"] = ["lives"]
    config = config_from_sections(sections, plugins)
    assert config.observe_state == ("lives",) and config.metadata.observe_state == ["lives"]
    sections["preprocessing"] = {"observe_state": ["level", "lives"]}
    config = config_from_sections(sections, plugins)
    assert config.observe_state == ("level", "lives") and config.metadata.observe_state == ["level", "lives"]
    sections["preprocessing"] = {"observe_state": []}
    assert config_from_sections(sections, plugins).observe_state == ()


def test_learning_starts_no_sooner_than_a_batch_is_full(sections, plugins):
    sections["training"] = {"batch_size": 4_000}
    assert config_from_sections(sections, plugins).training.learning_starts == 4_000


def test_learning_may_start_with_more_turns_than_the_memory_holds(sections, plugins):
    sections["training"] = {"learning_starts": 5_000, "memory_capacity": 1_000}
    assert config_from_sections(sections, plugins).training.learning_starts == 5_000


def test_none_means_not_written(sections, plugins):
    sections["training"] = {"seed": None, "learning_rate": None}
    config = config_from_sections(sections, plugins)
    assert config.training.seed is None
    assert config.learner.options == {}


def test_a_config_cannot_be_changed_by_accident(sections, plugins):
    config = config_from_sections(sections, plugins)
    with pytest.raises(FrozenInstanceError):
        config.training.gamma = 0.5


def test_reading_leaves_the_sections_as_they_are(sections, plugins):
    sections["hyperparameters"] = {"lr_decay": 0.9, "n_layers": 1}
    before = {name: dict(table) if isinstance(table, dict) else table for name, table in sections.items()}
    config_from_sections(sections, plugins)
    assert sections == before


# Mistakes ---------------------------------------------------------------------------------


def test_every_problem_is_told_at_once_in_the_order_of_the_file(plugins):
    with pytest.raises(ConfigurationError) as raised:
        config_from_sections(
            {
                "metadata": {"actions": [], "reward": "score"},
                "preprocessing": {"encoder": "egocentrc"},
                "model": {"hidden_sizes": []},
                "training": {"gamma": 0, "learning_rate": -1, "batch_size": 100, "memory_capacity": 10},
                "logging": {"loggers": ["beep"]},
            },
            plugins,
            where="runs/snake/config.toml",
        )
    told = [problem.what for problem in raised.value.problems]
    assert len(told) == 8
    starts = [
        "no game is named",
        "actions = []",
        "there is no encoder called 'egocentrc'",
        "hidden_sizes = []",
        "gamma = 0",
        "learning_rate = -1",
        "batch_size = 100 is greater than memory_capacity = 10",
        "there is no logger called 'beep'",
    ]
    assert all(what.startswith(start) for what, start in zip(told, starts, strict=True))
    assert str(raised.value).startswith("There are 8 problems in runs/snake/config.toml:")
    assert all("runs/snake/config.toml" in problem.where for problem in raised.value.problems)


@pytest.mark.parametrize(
    ("section", "key", "value", "says"),
    [
        ("training", "gamma", 0, "greater than 0"),
        ("training", "gamma", 1.5, "at most 1"),
        ("training", "gamma", math.nan, "ordinary number"),
        ("training", "learning_rate", math.inf, "ordinary number"),
        ("training", "batch_size", True, "whole number"),
        ("training", "batch_size", 64.0, "whole number"),
        ("training", "train_every", 0, "at least 1"),
        ("training", "exploration_turns", -1, "at least 0"),
        ("training", "seed", -5, "at least 0"),
        ("training", "double", 1, "true or false"),
        ("training", "device", "gpu", "cpu"),
        ("training", "unknown_character_strategy", "extent", "extend"),
        ("training", "learner", 7, "text in quotes"),
        ("model", "hidden_sizes", [64, True], "list of whole numbers"),
        ("model", "network", ["mlp"], "text in quotes"),
        ("preprocessing", "observe_state", "lives", "list of texts"),
        ("logging", "loggers", "json_lines", "list of texts"),
        ("game", "name", 5, "text in quotes"),
    ],
)
def test_a_wrong_value_is_named_with_its_meaning_and_one_to_try(sections, plugins, section, key, value, says):
    sections.setdefault(section, {})[key] = value
    with pytest.raises(ConfigurationError) as raised:
        config_from_sections(sections, plugins)
    (problem,) = raised.value.problems
    assert problem.what.startswith(f"{key} = ")
    assert says in problem.what
    assert problem.where == f"[{section}] in config.toml"
    assert problem.why and problem.hint.startswith(f"{key} = ")


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"training": {"batch_size": 128, "memory_capacity": 64}}, "memory_capacity = 64"),
        ({"training": {"learning_starts": 10, "batch_size": 64}}, "learning_starts = 10"),
        ({"training": {"epsilon": 0.1, "epsilon_min": 0.2}}, "epsilon_min = 0.2"),
        ({"training": {"epsilon": 0.01}}, "epsilon_min = 0.05 is greater than epsilon = 0.01"),
        ({"preprocessing": {"encoder": "state_only"}}, "nothing to see"),
        (
            {
                "preprocessing": {"encoder": "state_only", "observe_state": ["lives"]},
                "model": {"network": "cnn"},
            },
            'network = "cnn" and encoder = "state_only"',
        ),
        ({"preprocessing": {"observe_state": ["score"]}}, "both the reward and in observe_state"),
        ({"training": {"exploration_turns": 0}}, "exploration_turns = 0"),
    ],
)
def test_settings_that_contradict_each_other(sections, problems, tables, says):
    (problem,) = problems(sections | tables)
    assert says in problem
    assert "try:" in problem


def test_a_wrong_value_is_not_blamed_twice(sections, problems):
    sections["training"] = {"batch_size": -3, "memory_capacity": 10, "epsilon": "all", "epsilon_min": 1}
    told = problems(sections)
    assert len(told) == 2
    assert told[0].startswith("batch_size") and told[1].startswith('epsilon = "all"')


def test_the_reward_among_the_observed_is_shown_where_it_was_written(sections, problems):
    sections["preprocessing"] = {"observe_state": ["score"]}
    assert "[preprocessing]" in problems(sections)[0]
    del sections["preprocessing"]
    sections["metadata"]["observe_state"] = ["score"]
    assert "[metadata]" in problems(sections)[0]


@pytest.mark.parametrize(
    ("section", "key", "hint"),
    [
        ("training", "batchsize", "did you mean 'batch_size'?"),
        ("training", "epsilon-decay", "did you mean 'epsilon_decay'?"),
        ("training", "hidden_sizes", "move it to [model]"),
        ("training", "hiddensizes", "did you mean 'hidden_sizes'? It belongs in [model]"),
        ("training", "radius", 'radius is an option of the encoder "egocentric"'),
        ("model", "gamma", "move it to [training]"),
        ("metadata", "gamma", "move it to [training]"),
        ("metadata", "rewards", "did you mean 'reward'?"),
        ("preprocessing", "actions", "move it to [metadata]"),
        ("game", "nam", "did you mean 'name'?"),
        ("logging", "logger", "did you mean 'loggers'?"),
    ],
)
def test_an_unknown_key_is_sent_where_it_belongs(sections, problems, section, key, hint):
    sections.setdefault(section, {})[key] = 1
    (problem,) = problems(sections)
    assert problem.startswith(f"{key} is not")
    assert hint in problem


def test_an_option_of_another_memory_is_not_taken(sections, problems):
    sections["training"] = {"memory": "uniform", "alpha": 0.5}
    (problem,) = problems(sections)
    assert 'alpha is an option of the memory "prioritized", not used here' in problem


def test_the_keys_of_an_unknown_part_are_not_blamed(sections, problems):
    sections["training"] = {"learner": "dqm", "learning_rate": 0.1, "anything": 3}
    (problem,) = problems(sections)
    assert "there is no learner called 'dqm'" in problem and "'dqn'" in problem


def test_a_key_that_learner_and_memory_both_claim(sections, problems, tmp_path, monkeypatch):
    (tmp_path / "clash.py").write_text(
        "def build(context, *, alpha=0.5, batch_size=1): ...\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    sections["training"] = {"learner": "clash:build"}
    assert problems(sections) == []
    sections["training"]["batch_size"] = 32  # the loop's own setting, whatever others call theirs
    assert problems(sections) == []
    sections["training"]["alpha"] = 0.7
    (problem,) = problems(sections)
    assert 'the learner "clash:build"' in problem and 'the memory "prioritized"' in problem


def test_another_learner_may_mean_something_else_by_epsilon(sections, problems, tmp_path, monkeypatch):
    (tmp_path / "moods.py").write_text(
        'def build(context, *, epsilon="curious", epsilon_min=0.5): ...\n', encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    sections["training"] = {"learner": "moods:build"}
    assert problems(sections) == []


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ({"trainig": {}}, "did you mean 'training'?"),
        ({"gamma": 0.9}, "move it below the line [training]"),
        ({"training": 5}, "training is the name of a section"),
        ({"config_version": "1"}, "whole number"),
        ({"config_version": 0}, "at least 1"),
        ({"config_version": 2, "rubbish": 1}, "newer than this retro-gamer can read"),
    ],
)
def test_a_file_laid_out_wrongly(sections, problems, extra, says):
    (problem,) = problems(sections | extra)
    assert says in problem


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"loggers": ["json_lines", "json_lines"]}, "stands in loggers twice"),
        ({"json_line": {}}, "did you mean [logging.json_lines]?"),
        ({"plot": {"width": 3}}, 'add "plot" to loggers'),
        ({"json_lines": 5}, "the options of a logger are a table"),
        ({"json_lines": {"colour": 1}}, "colour is not a setting of [logging.json_lines]"),
    ],
)
def test_tables_of_loggers(sections, problems, table, says):
    sections["logging"] = table
    (problem,) = problems(sections)
    assert says in problem


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_game_must_be_named(sections, problems, name):
    sections["game"] = {"name": name}
    (problem,) = problems(sections)
    assert "no game is named" in problem


# Properties -------------------------------------------------------------------------------

_positive = st.integers(1, 10_000)
_part = st.floats(0.001, 1.0)
_training = st.fixed_dictionaries(
    {},
    optional={
        "learner": st.just("dqn"),
        "training_episodes": _positive,
        "games_in_step": _positive,
        "batch_size": st.integers(1, 500),
        "memory_capacity": st.integers(500, 10**6),
        "learning_starts": st.integers(500, 10_000),
        "gamma": _part,
        "n_step": st.integers(1, 20),
        "unknown_character_strategy": st.sampled_from(["ignore", "extend"]),
        "seed": st.integers(0, 2**32 - 1),
        "device": st.sampled_from(["auto", "cpu", "cuda", "mps"]),
        "learning_rate": _part,
        "epsilon_min": st.floats(0, 1),
        "epsilon_turns": st.integers(0, 10**6),
        "double": st.booleans(),
    },
)
_memory = st.one_of(
    st.just({}),
    st.just({"memory": "uniform"}),
    st.fixed_dictionaries({"memory": st.just("prioritized")}, optional={"alpha": _part, "beta": _part}),
)
_preprocessing = st.one_of(
    st.just({}),
    st.just({"encoder": "one_hot"}),
    st.fixed_dictionaries(
        {"encoder": st.just("egocentric")},
        optional={"radius": st.integers(1, 9), "player": st.text(min_size=1)},
    ),
)
_metadata = st.fixed_dictionaries(
    {"actions": st.just(["KEY_UP", "w"]), "reward": st.just("score")},
    optional={
        "character_set": st.lists(st.sampled_from("@*<>^v█é"), min_size=1, unique=True),
        "spatial": st.booleans(),
        "board_size": st.just([32, 16]),
        "observe_state": st.just(["lives"]),
        "reference_scores": st.just({"random": 3.8}),
    },
)


@st.composite
def valid_sections(draw):
    return {
        "config_version": 1,
        "game": {
            "name": draw(st.sampled_from(["snake", "retro.examples.nav:create_game", "./games/my game.py"]))
        },
        "metadata": draw(_metadata),
        "preprocessing": draw(_preprocessing)
        | draw(st.sampled_from([{}, {"observe_state": []}, {"observe_state": ["level"]}])),
        "model": draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "network": st.sampled_from(["mlp", "cnn"]),
                    "hidden_sizes": st.lists(_positive, min_size=1, max_size=4),
                },
            )
        ),
        "training": draw(_training) | draw(_memory),
        "logging": draw(st.sampled_from([{}, {"loggers": []}, {"loggers": ["json_lines"]}])),
    }


@settings(max_examples=60, deadline=None)
@given(valid_sections())
def test_sections_and_config_say_the_same(given_sections):
    config = config_from_sections(given_sections, BUILT_IN)
    written = config.to_sections()
    assert config_from_sections(written, BUILT_IN) == config
    assert config_from_sections(written, BUILT_IN).to_sections() == written
    for section, table in given_sections.items():
        if section == "metadata":  # the run may observe other state than the description asks for
            table = {key: value for key, value in table.items() if key != "observe_state"}
        if section != "config_version":
            assert table.items() <= written[section].items()
    assert {option.name for option in LOOP_SETTINGS} - {"recipe", "seed"} <= written["training"].keys()


_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(
        ["", "snake", "mlp", "cnn", "state_only", "egocentric", "uniform", "json_lines", "ignore", "é:"]
    ),
    st.lists(st.integers(-3, 300), max_size=3),
    st.lists(st.sampled_from(["json_lines", "training_log", "score", ""]), max_size=3),
    st.dictionaries(st.sampled_from(["a", "volume"]), st.integers(), max_size=1),
)
_current_keys = {row.name for row in settings_table(BUILT_IN)}
_older_keys = {"module", "path", "lr_decay", "n_layers", "layer_size", "prioritize_experiences", "board"}
_older_keys |= {"egocentric", "egocentric_radius", "egocentric_player", "extras_size"}
_keys = st.sampled_from(sorted(_current_keys | _older_keys | {"json_lines", "config_version", "nonsense"}))
_any_sections = st.dictionaries(
    st.sampled_from(
        [
            "game",
            "metadata",
            "preprocessing",
            "model",
            "training",
            "logging",
            "hyperparameters",
            "gamma",
            "odd",
        ]
    ),
    st.one_of(st.dictionaries(_keys, _values, max_size=8), _values),
    max_size=7,
)


@settings(max_examples=150, deadline=None)
@given(_any_sections)
def test_whatever_is_written_gives_a_config_or_an_explanation(anything):
    try:
        config = config_from_sections(anything, BUILT_IN)
    except ConfigurationError as error:
        assert error.problems
        assert all(problem.what and problem.where and problem.hint for problem in error.problems)
    else:
        assert config_from_sections(config.to_sections(), BUILT_IN) == config
