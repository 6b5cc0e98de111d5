"""What varies: values as they are typed, combinations, characters, parts that are replaced, names of files."""

from __future__ import annotations

import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_experiments.planning import Base, plan_of
from retro_gamer_experiments.variations import (
    Value,
    arms_of,
    rewarded_by,
    setting_values,
    typed_values,
    with_unused_characters,
    without_characters,
)


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("training.gamma=0.9,0.99", ("training.gamma", [0.9, 0.99])),
        ("model.hidden_sizes=[64],[128, 64]", ("model.hidden_sizes", [[64], [128, 64]])),
        ("training.double=true,false", ("training.double", [True, False])),
        ("model.network=mlp,cnn", ("model.network", ["mlp", "cnn"])),
        ("training.learner=dqn, my_file:Sarsa", ("training.learner", ["dqn", "my_file:Sarsa"])),
        ("training.gamma=0.5", ("training.gamma", [0.5])),
        ("training.gamma=", ("training.gamma", [])),
        ("training.gamma", ("training.gamma", [])),
    ],
)
def test_ways_to_type_values(typed, values):
    assert typed_values(typed) == values


@pytest.mark.parametrize(
    ("key", "values", "told"),
    [
        ("gamma", [0.9], "does not say which setting"),
        ("training.gamma", [], "no values"),
        ("training.seed", [1, 2], "cannot be varied"),
        ("training.training_episodes", [1, 2], "cannot be varied"),
        ("game.name", ["nav"], "cannot be varied"),
    ],
)
def test_what_cannot_be_varied_is_refused(key, values, told):
    with pytest.raises(RetroGamerError, match=told):
        setting_values(key, values)


@pytest.fixture
def read_base(base) -> Base:
    return Base.of(RunDirectory.open(base))


def arms(base: Base, *axes: list[Value]) -> dict[str, dict]:
    return {arm.label: dict(arm.changes) for arm in arms_of(axes, base.config)}


def test_all_combinations_the_first_values_first(read_base):
    gamma, n_step = setting_values("training.gamma", [0.9, 0.99]), setting_values("training.n_step", [3])
    assert arms(read_base, gamma) == {"0.9": {"training.gamma": 0.9}, "0.99": {"training.gamma": 0.99}}
    assert arms(read_base, n_step) == {"as it is": {}, "3": {"training.n_step": 3}}
    assert list(arms(read_base, gamma, n_step)) == [
        "gamma=0.9",
        "gamma=0.9, n_step=3",
        "gamma=0.99",
        "gamma=0.99, n_step=3",
    ]
    assert list(arms(read_base, n_step, rewarded_by("score"))) == [
        "as it is",
        "rewarded by score",
        "n_step=3",
        "n_step=3, rewarded by score",
    ]


def test_characters_that_are_missing_and_characters_nobody_uses(read_base):
    assert arms(read_base, without_characters(["☻", "+"])) == {
        "as it is": {},
        "without ☻": {"metadata.character_set": ["+"]},
        "without +": {"metadata.character_set": ["☻"]},
    }
    both = arms(read_base, without_characters(["☻"]), with_unused_characters(5))
    characters = both["without ☻, with 5 unused characters"]["metadata.character_set"]
    assert characters[0] == "+" and len(set(characters)) == 6
    assert all(len(character) == 1 and character.isalpha() for character in characters[1:])


def test_a_dropped_character_does_not_come_back_when_it_is_met(base):
    config = RunDirectory(base).config
    text = config.read_text(encoding="utf-8")
    text = text.replace("learning_starts", 'unknown_character_strategy = "extend"\nlearning_starts')
    config.write_text(text, encoding="utf-8")
    changes = arms(Base.of(RunDirectory(base)), without_characters(["☻"]))["without ☻"]
    assert changes["training.unknown_character_strategy"] == "ignore"


@pytest.mark.parametrize("dropped", ["@", "☻+"])
def test_characters_that_cannot_be_dropped(read_base, dropped):
    with pytest.raises(RetroGamerError):
        arms(read_base, without_characters([dropped]))


def test_options_of_a_part_that_is_replaced_go_with_it(read_base):
    plan, texts = planned(read_base, setting_values("training.memory", ["prioritized", "uniform"]))
    prioritized, uniform = (tomllib.loads(texts[arm.name])["training"] for arm in plan.arms)
    assert prioritized["alpha"] == 0.5 and "alpha" not in uniform
    assert {**prioritized, "alpha": None, "memory": ""} == {**uniform, "alpha": None, "memory": ""}


def planned(base: Base, *axes: list[Value]):
    return plan_of(base, axes, seeds=2, turns=100, seconds=None, games=5)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (setting_values("training.gamma", [2.0]), "gamma"),
        (setting_values("training.gama", [0.9]), "gama"),
        (rewarded_by("money"), "money"),
        (setting_values("training.gamma", [0.9, 0.9]), "same settings"),
        (rewarded_by("steps"), "same settings"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_before_anything_is_made(read_base, place, values, told):
    with pytest.raises(RetroGamerError, match=told):
        planned(read_base, values)
    assert not (place / "experiments").exists()


def test_all_are_judged_by_the_score_of_the_game_and_where_it_keeps_none_as_the_run_is(
    read_base, base, place
):
    assert vars(read_base.measure) == {"of": "score", "key": "score"}
    source = (place / "walk.py").read_text(encoding="utf-8").replace('"score"', '"points"')
    (place / "points.py").write_text(source, encoding="utf-8")
    config = RunDirectory(base).config
    config.write_text(config.read_text(encoding="utf-8").replace("walk.py", "points.py"), encoding="utf-8")
    assert vars(Base.of(RunDirectory(base)).measure) == {"of": "return", "key": "steps"}


@given(st.lists(st.text(min_size=1), min_size=2, max_size=4, unique=True))
def test_names_of_files_are_fit_for_every_system(texts):
    values = setting_values("training.device", texts)
    names = [arm.name for arm in arms_of([values], CONFIG)]
    assert len({name.lower() for name in names}) == len(texts)
    for name in names:
        assert re.fullmatch(r"[0-9]+-[A-Za-z0-9.=_-]*[A-Za-z0-9=_]", name) and len(name) < 60


class _Config:
    """As much of a base run as names of files need."""

    class metadata:
        character_set = ("@",)


CONFIG = _Config()
