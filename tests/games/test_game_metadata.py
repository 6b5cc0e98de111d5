"""A description by itself: what it accepts, what it refuses, and that it names every problem at once."""

from __future__ import annotations

import string
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro_gamer_core.errors import MetadataError
from retro_gamer_core.games.metadata import GameMetadata
from retro_gamer_core.games.metadata_keys import METADATA_KEYS

KEYS = st.one_of(
    st.sampled_from(["KEY_UP", "KEY_DOWN", "KEY_LEFT", "KEY_RIGHT", "KEY_ENTER", "KEY_F1"]),
    st.sampled_from(string.ascii_letters + string.digits + " ,."),
)
NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=6)
IMPORT_STRINGS = st.builds("{}:{}".format, NAMES, NAMES)
REQUIRED = {
    "actions": st.lists(KEYS, min_size=1, max_size=6, unique=True),
    "reward": NAMES.map("r_{}".format),
}
OPTIONAL = {
    "character_set": st.lists(st.sampled_from("@*#O^v<>█$"), min_size=1, unique=True),
    "spatial": st.booleans(),
    "observe_state": st.lists(NAMES.map("s_{}".format), unique=True, max_size=4),
    "board_size": st.lists(st.integers(1, 500), min_size=2, max_size=2),
    "score": NAMES,
    "player": NAMES,
    "factory": IMPORT_STRINGS,
    "observation_function": IMPORT_STRINGS,
    "reference_scores": st.dictionaries(NAMES, st.floats(-1e6, 1e6)),
    "directions": st.dictionaries(NAMES.map("s_{}".format), st.sampled_from(["right", "left", "up", "down"])),
}
ARROWS = {"KEY_RIGHT", "KEY_UP", "KEY_LEFT", "KEY_DOWN"}


@st.composite
def tables(draw) -> dict:
    table = draw(st.fixed_dictionaries(REQUIRED, optional=OPTIONAL))
    if draw(st.booleans()):
        renamed = draw(st.lists(st.sampled_from(table["actions"]), unique=True))
        table["key_variables"] = {action: f"RETRO_KEY_{i}" for i, action in enumerate(renamed)}
    if ARROWS.isdisjoint(table["actions"]):
        table["symmetries"] = draw(st.lists(st.sampled_from(["left-right", "up-down"]), unique=True))
    return table


TABLES = tables()

MISTAKES = {
    "actions": ["KEY_UP", [], ["KEY_UP", "KEY_UP"], ["up"], [""], [1]],
    "reward": ["", "  ", 3],
    "character_set": [[], ["ab"], ["@", "@"], [" "], "@*", [chr(0x100 + i) for i in range(251)]],
    "spatial": ["yes", 1],
    "observe_state": ["lives", ["lives", "lives"], [""]],
    "board_size": [[32], [32, 16, 2], [0, 16], [-1, 3], ["32", "16"], [3.0, 4.0]],
    "score": ["", 7],
    "player": ["", ["ship"]],
    "factory": ["my_game", ":create", "my_game:", "my_game:not a name"],
    "observation_function": ["observe", 5],
    "reference_scores": [{"random": "3.8"}, [3.8]],
    "symmetries": [["left"], ["up-down", "up-down"], [""], "up-down"],
    "directions": [["right"], {"w": "east"}, {"w": 1}],
    "key_variables": [["KEY_UP"], {"w": 3}, {"w": ""}, {"w": "MY KEY"}, {"w": "UP", "s": "UP"}],
}


def refused(table: dict, **where: str) -> MetadataError:
    with pytest.raises(MetadataError) as caught:
        GameMetadata.from_dict(table, **where)
    return caught.value


@given(TABLES)
def test_a_valid_table_survives_being_read_and_written(table):
    metadata = GameMetadata.from_dict(table)
    metadata.validate()
    assert GameMetadata.from_dict(metadata.to_dict()) == metadata


@given(TABLES)
def test_the_last_action_presses_nothing(table):
    metadata = GameMetadata.from_dict(table)
    assert metadata.keys == (*table["actions"], None)
    assert metadata.n_actions == len(metadata.keys)


@given(TABLES)
def test_what_is_written_shares_nothing_with_what_was_read(table):
    metadata = GameMetadata.from_dict(table)
    written = metadata.to_dict()
    for value in (*written.values(), *table.values()):
        if isinstance(value, list):
            value.clear()
    metadata.validate()


@given(TABLES, st.data())
def test_every_mistake_is_named_at_once(table, data):
    wrong = data.draw(st.lists(st.sampled_from(sorted(MISTAKES)), min_size=1, unique=True))
    for key in wrong:
        table[key] = data.draw(st.sampled_from(MISTAKES[key]))
    error = refused(table, where="[metadata] in config.toml")
    meanings = {option.name: option.option.meaning for option in METADATA_KEYS}
    assert {problem.why for problem in error.problems} == {meanings[key] for key in wrong}
    assert {problem.code for problem in error.problems} == {"wrong-value"}
    for problem in error.problems:
        assert problem.what and problem.hint
        assert problem.where == "[metadata] in config.toml"
        assert str(problem).replace("\n", "\n  ") in str(error)


def test_validate_finds_what_was_broken_afterwards():
    metadata = GameMetadata(["KEY_UP"], "score")
    metadata.validate()
    metadata.actions.append("KEY_UP")
    metadata.reward = ""
    with pytest.raises(MetadataError) as caught:
        metadata.validate()
    assert len(caught.value.problems) == 2


def test_a_missing_key_is_explained_with_an_example():
    error = refused({})
    assert [problem.code for problem in error.problems] == ["missing-key", "missing-key"]
    assert error.problems[1].hint == 'reward = "score"'


def test_an_unknown_key_gets_the_nearest_known_one():
    [problem] = refused({"actions": ["w"], "reward": "score", "charater_set": ["@"]}).problems
    assert problem.code == "unknown-key"
    assert "charater_set" in problem.what
    assert "character_set" in problem.hint


@pytest.mark.parametrize("key", ["egocentric", "egocentric_radius", "board"])
def test_settings_of_a_run_are_sent_where_they_belong(key):
    [problem] = refused({"actions": ["w"], "reward": "score", key: True}).problems
    assert problem.code == "setting-of-a-run"


def test_the_size_that_version_0_4_0_wrote_down_is_dropped():
    metadata = GameMetadata.from_dict({"actions": ["w"], "reward": "score", "extras_size": 3})
    assert "extras_size" not in metadata.to_dict()


def test_the_reward_must_not_be_observed():
    [problem] = refused({"actions": ["w"], "reward": "score", "observe_state": ["lives", "score"]}).problems
    assert problem.code == "reward-observed"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("right", "KEY_RIGHT"),
        ("UP", "KEY_UP"),
        ("key_left", "KEY_LEFT"),
        ("KEY DOWN", "KEY_DOWN"),
        ("esc", "KEY_ESCAPE"),
        ("space", '" "'),
        ("KEY-spacebar", '" "'),
        ("jump!", '"w"'),
    ],
)
def test_what_is_no_key_gets_the_nearest_key(written, meant):
    [problem] = refused({"actions": [written], "reward": "score"}).problems
    assert repr(written) in problem.what
    assert meant in problem.hint


@pytest.mark.parametrize(
    ("score", "state", "expected"),
    [
        ("apples", {"score": 1, "apples": 2, "reward": 3}, "apples"),
        (None, {"score": 1, "reward": 3}, "score"),
        (None, {"reward": 3}, "reward"),
    ],
)
def test_people_keep_score_by(score, state, expected):
    assert GameMetadata(["w"], "reward", score=score).score_key(state) == expected


def test_a_description_needs_neither_numpy_nor_a_game():
    script = "import sys, retro_gamer_core.games.metadata; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "retro_gamer_core.games.metadata" in loaded.split()
    assert not {"numpy", "torch", "retro", "retro.game"} & set(loaded.split())
