"""A part may have a table of its own: ``[memory]`` beside ``[training]``. No option can then be meant for another."""

from __future__ import annotations

import pytest

from retro_gamer_core.configuration import config_from_sections
from retro_gamer_core.errors import ConfigurationError
from retro_gamer_core.plugins.registry import installed_plugins

DESCRIPTION = {"actions": ["KEY_LEFT"], "reward": "score", "character_set": ["@"], "board_size": [3, 3]}

PARTS = """
from retro_gamer_core.contracts import Learner, Memory

def _able(protocol):
    return {name: lambda self, *given: None for name in vars(protocol) if not name.startswith("_")}

class Greedy(type("L", (), _able(Learner))):
    def __init__(self, context, *, gamma: float = 0.5, shared: int = 1): pass

class Heap(type("M", (), {**_able(Memory), "__len__": lambda self: 0})):
    def __init__(self, capacity, spec, *, shared: int = 2, seed: int = 7): pass
"""


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Read a config with a learner and a memory of one's own, which share names with each other and the core."""
    (tmp_path / "parts_of_mine.py").write_text(PARTS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def read(training=(), **tables):
        named = {"learner": "parts_of_mine:Greedy", "memory": "parts_of_mine:Heap", "gamma": 0.9, "seed": 1}
        sections = {
            "game": {"name": "snake"},
            "metadata": DESCRIPTION,
            "training": {**named, **dict(training)},
        }
        return config_from_sections({**sections, **tables}, installed_plugins())

    return read


def test_an_option_named_like_a_setting_of_the_core_is_delivered_from_its_own_table(read):
    config = read(learner={"gamma": 0.1}, memory={"seed": 3})
    assert (config.learner.options, config.training.gamma) == ({"gamma": 0.1}, 0.9)
    assert (config.memory.options, config.training.seed) == ({"seed": 3}, 1)
    assert config_from_sections(config.to_sections(), installed_plugins()) == config


def test_an_option_that_two_parts_have_is_told_where_to_go_and_read_from_there(read):
    with pytest.raises(ConfigurationError) as refused:
        read({"shared": 5})
    [problem] = refused.value.problems
    assert "[learner]" in problem.hint and "[memory]" in problem.hint
    config = read(learner={"shared": 5}, memory={"shared": 6})
    assert (config.learner.options, config.memory.options) == ({"shared": 5}, {"shared": 6})


def test_a_part_may_be_named_in_its_own_table(read):
    config = read(encoder={"name": "egocentric", "radius": 2}, network={"name": "mlp", "hidden_sizes": [8]})
    assert (config.encoder.name, config.encoder.options) == ("egocentric", {"radius": 2})
    assert (config.network.name, config.network.options) == ("mlp", {"hidden_sizes": [8]})


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (
            {"preprocessing": {"encoder": "one_hot"}, "encoder": {"name": "egocentric"}},
            "contradict each other",
        ),
        ({"preprocessing": {"encoder": "egocentric", "radius": 2}, "encoder": {"radius": 3}}, "stands twice"),
        ({"encoder": {"name": "egocentric", "radus": 3}}, "did you mean 'radius'"),
        ({"encoder": {"name": "egocentric", "radius": 0}}, "at least 1"),
        ({"encoder": {"name": "egocentirc"}}, "did you mean 'egocentric'"),
        ({"encoder": "egocentric"}, "name of a section"),
    ],
)
def test_what_is_wrong_in_one_is_told(read, tables, said):
    with pytest.raises(ConfigurationError, match=said):
        read(**tables)
