"""Editing a config: the value changes, and nothing else in the student's file."""

from __future__ import annotations

import os
import sys
import tomllib
from copy import deepcopy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from retro_gamer_core.configuration import edit_config, edited_text
from retro_gamer_core.errors import ConfigurationError, RetroGamerError

STUDENTS_OWN = """\
# my first run!
config_version = 1

[game]
name = "snake"   # the one with the apples

# what I found out about snake
[metadata]
actions = [
    "KEY_UP",    # up
    "KEY_DOWN",
]
reward = "score"

[training]
  # slower than the others said
  learning_rate = 1e-4# too slow?
gamma       = 0.99     # aligned
n_step      = 1        # aligned too,
                       # and going on
# batch_size = 32

# who writes
[logging]
loggers = ["json_lines"]

[logging.json_lines]
"""


def edited(changes, text=STUDENTS_OWN):
    return edited_text(text, changes, where="config.toml")


def changed_lines(before, after):
    """What of ``before`` is gone, and what of ``after`` is new."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_a_value_changes_and_its_comment_stays():
    gone, new = changed_lines(STUDENTS_OWN, edited({"game": {"name": "nav"}}))
    assert gone == ['name = "snake"   # the one with the apples\n']
    assert new == ['name = "nav"     # the one with the apples\n']


def test_a_comment_keeps_its_distance_or_its_column():
    assert "  learning_rate = 0.01# too slow?\n" in edited({"training": {"learning_rate": 0.01}})
    assert "gamma       = 0.5      # aligned\n" in edited({"training": {"gamma": 0.5}})
    assert "gamma       = 0.123456789  # aligned\n" in edited({"training": {"gamma": 0.123456789}})


def test_a_value_that_is_there_already_is_left_as_it_is_written():
    assert edited({"training": {"learning_rate": 0.0001}}) == STUDENTS_OWN
    assert edited({"metadata": {"actions": ["KEY_UP", "KEY_DOWN"]}}) == STUDENTS_OWN
    assert "gamma       = 1.0 " in edited({"training": {"gamma": 1.0}})


def test_a_new_key_stands_behind_the_last_one_of_its_section():
    text = edited({"training": {"seed": 7}, "metadata": {"character_set": ["@", "█"]}})
    assert "                       # and going on\nseed = 7\n# batch_size = 32\n" in text
    assert 'reward = "score"\ncharacter_set = ["@", "█"]\n\n[training]' in text


def test_a_new_key_in_an_empty_table_stands_behind_its_comments():
    assert edited({"logging": {"json_lines": {"every": 2}}}).endswith("[logging.json_lines]\nevery = 2\n")
    text = "[training]\n# nothing yet\n\n# about logs\n[logging]\n"
    assert edited({"training": {"seed": 1}}, text).startswith(
        "[training]\n# nothing yet\nseed = 1\n\n# about logs"
    )


def test_a_new_section_stands_at_the_end():
    text = edited({"model": {"network": "mlp", "hidden_sizes": (64, 32)}})
    assert text == STUDENTS_OWN + '\n[model]\nnetwork = "mlp"\nhidden_sizes = [64, 32]\n'


def test_none_removes_a_key_and_the_comment_beside_it():
    gone, new = changed_lines(
        STUDENTS_OWN, edited({"training": {"n_step": None, "absent": None}, "odd": {"x": None}})
    )
    assert gone == ["n_step      = 1        # aligned too,\n", "                       # and going on\n"]
    assert new == []


@pytest.mark.parametrize(
    ("text", "changes", "expected"),
    [
        ("", {"a": {"b": 1}}, "[a]\nb = 1\n"),
        ("# only a remark", {"a": {"b": 1}}, "# only a remark\n[a]\nb = 1\n"),
        ("[a]", {"a": {"b": 1}}, "[a]\nb = 1\n"),
        ("[a]\nx = 1", {"a": {"b": 1}}, "[a]\nx = 1\nb = 1\n"),
        ("a = {b = 1} # one line\n", {"a": {"b": 2}}, "a = {b = 2} # one line\n"),
        ("a.b = 1 # dotted\n", {"a": {"b": 2}}, "a.b = 2 # dotted\n"),
        ("a.x = 1 # dotted\n", {"a": {"b": 2}}, "a.x = 1 # dotted\na.b = 2\n"),
        ("[a.c]\nx = 1\n", {"a": {"b": 1}}, "[a]\nb = 1\n\n[a.c]\nx = 1\n"),
        ('["a"]\n"b" = 1\n', {"a": {"b": 2}}, '["a"]\n"b" = 2\n'),
        ("[l]\n", {"l": {"my.net:build": {"n o": True}}}, '[l]\n[l."my.net:build"]\n"n o" = true\n'),
        ("[a]\r\nb = 1 # x\r\n", {"a": {"b": 2, "c": 3}}, "[a]\r\nb = 2 # x\r\nc = 3\r\n"),
        ("\ufeff[a]\nb = 1\n", {"a": {"b": 2}}, "\ufeff[a]\nb = 2\n"),
        (
            "\ufeff# x\r\n[a]\r\nb = 1 # x\r\n\r\n[c]\r\n",
            {"a": {"b": 2, "c": 3}, "d": {"e": 4}},
            "\ufeff# x\r\n[a]\r\nb = 2 # x\r\nc = 3\r\n\r\n[c]\r\n\r\n[d]\r\ne = 4\r\n",
        ),
        ("a = {b = 1, c = [1, 2]} # one line\n", {"a": {"c": [3]}}, "a = {b = 1, c = [3]} # one line\n"),
        ("[a]\nx.y = 1 # dotted\nx.z = 2\n", {"a": {"x": {"y": 3}}}, "[a]\nx.y = 3 # dotted\nx.z = 2\n"),
        ('[a]\nx = """\n[a]\nb = 1\n"""\nb = 1\n', {"a": {"b": 2}}, '[a]\nx = """\n[a]\nb = 1\n"""\nb = 2\n'),
        ("# one\u2028line\n[a]\nb = 1\n", {"a": {"b": 2}}, "# one\u2028line\n[a]\nb = 2\n"),
    ],
)
def test_any_layout(text, changes, expected):
    assert edited(changes, text) == expected


def test_a_new_key_in_a_table_of_one_line():
    text = edited({"a": {"b": 2}}, "a = {x = 1} # one line\n")
    assert tomllib.loads(text) == {"a": {"x": 1, "b": 2}}
    assert text.endswith("} # one line\n")


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("a = 1\n", {"a": {"b": 2}}),
        ("[[a]]\nb = 1\n", {"a": {"b": 2}}),
    ],
)
def test_where_there_is_no_safe_place_nothing_is_changed(tmp_path, text, changes):
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8", newline="\n")
    with pytest.raises(RetroGamerError, match="without disturbing"):
        edit_config(path, changes)
    assert path.read_text(encoding="utf-8") == text


def test_the_file_is_replaced_whole(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(STUDENTS_OWN.replace("\n", "\r\n").encode("utf-8"))
    edit_config(path, {"game": {"name": "nav"}, "metadata": {"character_set": ["é"]}})
    assert tomllib.loads(path.read_text(encoding="utf-8"))["metadata"]["character_set"] == ["é"]
    assert b"\n" not in path.read_bytes().replace(b"\r\n", b"")
    assert [file.name for file in tmp_path.iterdir()] == ["config.toml"]


def test_an_edit_that_changes_nothing_does_not_touch_the_file(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(STUDENTS_OWN, encoding="utf-8", newline="\n")
    os.utime(path, (1, 1))
    edit_config(path, {"game": {"name": "snake"}})
    assert path.stat().st_mtime == 1


@pytest.mark.skipif(sys.platform == "win32", reason="making links takes a privilege there")
def test_a_link_stays_a_link(tmp_path):
    real = tmp_path / "shared.toml"
    real.write_text(STUDENTS_OWN, encoding="utf-8", newline="\n")
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    edit_config(link, {"game": {"name": "nav"}})
    assert link.is_symlink()
    assert 'name = "nav"' in real.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_read_is_left_alone(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[game\n", encoding="utf-8", newline="\n")
    with pytest.raises(ConfigurationError, match="line 1"):
        edit_config(path, {"game": {"name": "nav"}})
    assert path.read_text(encoding="utf-8") == "[game\n"
    with pytest.raises(ConfigurationError):
        edit_config(tmp_path / "nothing.toml", {"game": {"name": "nav"}})


# Properties -------------------------------------------------------------------------------

_remark = st.sampled_from(["", "  # why not", "# tight", "\t# tab", "    # [training]", ' # "quoted" = 1'])
_value = st.sampled_from(
    [
        "1",
        "-0.5",
        "1e-4",
        "true",
        '"a # b"',
        "'[game]'",
        "[1, 2]",
        '[\n  "x", # in here\n  "y",\n]',
        '"""\n[game]\n"""',
    ]
)
_blank = st.sampled_from(["", "\n", "# remark\n", "   # indented remark\n", "\n# above\n", "  \n"])
_keys = ("alpha", "beta", "gamma", "name", '"qu.oted"', "seed")
_sections = ("game", "metadata", "training", "logging", "logging.json_lines")


@st.composite
def statements(draw):
    """A file, statement by statement: the section it stands in, its key or None, and its characters.

    There are comments, blanks and values of several lines wherever they may stand.
    """
    made = [("", None, draw(_blank))]
    for section in draw(st.lists(st.sampled_from(_sections), unique=True, max_size=4)):
        made.append((section, None, f"{draw(st.sampled_from(['', '  ']))}[{section}]{draw(_remark)}\n"))
        for key in draw(st.lists(st.sampled_from(_keys), unique=True, max_size=4)):
            equals = draw(st.sampled_from(["=", " = ", "   = "]))
            made.append((section, None, draw(_blank)))
            made.append((section, key.strip('"'), f"{key}{equals}{draw(_value)}{draw(_remark)}\n"))
        made.append((section, None, draw(_blank)))
    end = "\r\n" if draw(st.booleans()) else "\n"
    return [(section, key, text.replace("\n", end)) for section, key, text in made]


def joined(made):
    return "".join(text for _, _, text in made)


_changes = st.dictionaries(
    st.sampled_from(["game", "training", "logging", "model"]),
    st.dictionaries(
        st.sampled_from([key.strip('"') for key in _keys]),
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(2**63), 2**63 - 1),
            st.floats(allow_nan=False),
            st.text(max_size=8),
            st.lists(st.text(max_size=3), max_size=3),
        ),
        max_size=3,
    ),
    max_size=3,
)


def naively_changed(tables, changes):
    tables = deepcopy(tables)
    for section, values in changes.items():
        for key, value in values.items():
            if value is not None:
                tables.setdefault(section, {})[key] = value
            elif section in tables:
                tables[section].pop(key, None)
    return tables


@settings(max_examples=300, deadline=None)
@given(statements(), st.booleans(), _changes)
def test_an_edit_changes_the_values_and_no_other_byte(made, ends_with_newline, changes):
    text = joined(made) if ends_with_newline else joined(made).rstrip("\r\n")
    after = edited(changes, text)
    assert tomllib.loads(after) == naively_changed(tomllib.loads(text), changes)

    kept = [text for section, key, text in made if key is None or key not in changes.get(section, {})]
    if any(None in values.values() for values in changes.values()):
        kept = [text for text in kept if text.strip() != "# indented remark"]  # goes with a value above it
    # Of a table that is torn apart ([a.b] … [a]), tomlkit takes the header out with the last key.
    keys_left = {section for section, key, _ in made if key and key not in changes.get(section, {})}
    emptied = {section for section in changes if section not in keys_left}
    kept = [text for text in kept if text.strip().partition("]")[0].removeprefix("[") not in emptied]
    new, at = [], 0
    for statement in kept:
        found = after.find(statement.rstrip("\r\n"), at)
        assert found >= 0, statement
        new.append(after[at:found])
        at = found + len(statement.rstrip("\r\n"))
    changed = {key for values in changes.values() for key in values}
    for line in "".join([*new, after[at:]]).split("\n"):
        name = line.strip().partition("=")[0].strip(' "')
        assert line.strip() in ("", "# indented remark") or name in changed or line.strip().startswith("["), (
            line
        )


@settings(max_examples=300, deadline=None)
@given(statements(), st.data())
def test_one_value_changes_and_every_other_byte_stays(made, data):
    keys = [i for i, (_, key, _) in enumerate(made) if key is not None]
    assume(keys)
    place = data.draw(st.sampled_from(keys))
    section, key, text = made[place]
    changes = {key: 12345}
    for name in reversed(section.split(".")):
        changes = {name: changes}
    after = edited(changes, joined(made))
    before, behind = joined(made[:place]), joined(made[place + 1 :])
    assert after.startswith(before) and after.endswith(behind)
    line = after[len(before) : len(after) - len(behind)]
    written, equals, _ = text.partition("=")
    assert line.startswith(written + equals) and "12345" in line
    # Beside the value, only the blanks before a comment may be others, where comments stand in a column.
    assert line.partition("12345")[2].split() == text[len(text.rstrip()) :].split() or "#" in line


@settings(max_examples=100, deadline=None)
@given(statements(), _changes)
def test_the_same_edit_twice_changes_nothing_more(made, changes):
    once = edited(changes, joined(made))
    assert edited(changes, once) == once
