"""The config that ``create`` makes: complete, short, and with a reason beside each choice."""

from __future__ import annotations

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from retro_gamer_core import Choice, GameMetadata
from retro_gamer_core.configuration import config_from_sections, edited_text, new_config_text

METADATA = GameMetadata(
    ["KEY_UP", "KEY_DOWN"],
    "score",
    character_set=["@", "█"],
    board_size=(32, 16),
    reference_scores={"random": 3.8},
)
LONG = (
    "seen from the player's place, what is learned in one corner of the board holds in all of the others too"
)
CHOICES = [
    Choice("preprocessing", "encoder", "egocentric", LONG),
    Choice("preprocessing", "radius", None, "the whole board is seen"),
    Choice("model", "network", "mlp", "fast"),
    Choice("model", "hidden_sizes", (256, 128), "wide\n enough"),
    Choice("training", "seed", 1, "an earlier word"),
    Choice("training", "n_step", 3, "news travel faster"),
    Choice("training", "seed", 7, "drawn for this run"),
    Choice("logging", "loggers", ["json_lines"], "for programs"),
]


def text_of(choices):
    return new_config_text(choices, game="snake", metadata=METADATA)


def test_it_says_what_was_chosen(plugins):
    config = config_from_sections(tomllib.loads(text_of(CHOICES)), plugins)
    assert config.game == "snake"
    assert config.metadata == METADATA
    assert config.encoder.name == "egocentric" and config.encoder.options == {}
    assert config.network.options == {"hidden_sizes": [256, 128]}
    assert config.training.seed == 7 and config.training.n_step == 3
    assert [logger.name for logger in config.loggers] == ["json_lines"]


def test_each_section_and_each_choice_is_explained_beside_it():
    lines = text_of(CHOICES).splitlines()
    headers = [line for line in lines if line.startswith("[") and "." not in line.partition("#")[0]]
    assert [line.partition("]")[0] for line in headers] == [
        "[game",
        "[metadata",
        "[preprocessing",
        "[model",
        "[training",
        "[logging",
    ]
    assert all("  # " in line for line in headers)
    assert "hidden_sizes = [256, 128]  # wide enough" in lines
    assert "seed = 7    # drawn for this run" in lines


def test_a_long_reason_goes_on_below_itself():
    text = text_of(CHOICES)
    assert all(len(line) <= 100 for line in text.splitlines())
    first, second = (line for line in text.splitlines() if "corner" in line or "others too" in line)
    assert first.index("#") == second.index("#")
    assert " ".join([first.partition("# ")[2], second.partition("# ")[2]]) == LONG


def test_the_reason_for_a_long_value_stands_above_it():
    keys = [f"state_{number}" for number in range(12)]
    lines = text_of([Choice("preprocessing", "observe_state", keys, "the game asks for it")]).splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("observe_state"))
    assert lines[at - 1] == "# the game asks for it"
    assert "#" not in lines[at]


def test_a_mapping_becomes_a_table_of_its_own():
    text = text_of([Choice("logging", "my:Logger", {"every": 2}, "seldom"), *CHOICES])
    assert tomllib.loads(text)["logging"] == {"loggers": ["json_lines"], "my:Logger": {"every": 2}}
    assert '[logging."my:Logger"]  # seldom' in text


def test_a_setting_added_later_does_not_tear_a_reason_apart():
    text = text_of(CHOICES)
    later = edited_text(text, {"preprocessing": {"radius": 4}}, where="config.toml")
    before, after = later.split("radius = 4\n")
    assert before + after == text
    assert before.splitlines()[-1].strip().startswith("#")


_word = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            Choice,
            st.sampled_from(["preprocessing", "model", "training", "logging"]),
            st.sampled_from(["a", "b c", "gamma"]),
            st.one_of(st.integers(-9, 9), st.booleans(), _word, st.lists(_word, max_size=4)),
            _word,
        ),
        max_size=6,
    )
)
def test_any_choice_and_any_reason_make_valid_toml(choices):
    tables = tomllib.loads(text_of(choices))
    for section, key, value in {(c.section, c.key): (c.section, c.key, c.value) for c in choices}.values():
        assert tables[section][key] == value
