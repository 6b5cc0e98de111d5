from __future__ import annotations

import pytest

from retro_gamer_core.configuration import config_from_sections
from retro_gamer_core.errors import ConfigurationError
from retro_gamer_core.plugins.registry import Plugins


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """The built-in plugins, and no others that may be installed here."""
    return Plugins(only=())


@pytest.fixture
def sections() -> dict:
    """The least that a config can say."""
    return {
        "config_version": 1,
        "game": {"name": "snake"},
        "metadata": {"actions": ["KEY_UP", "KEY_DOWN"], "reward": "score"},
    }


@pytest.fixture
def problems(plugins):
    """Everything that is wrong with some sections, as a list of texts; empty when nothing is."""

    def problems_in(sections: dict) -> list[str]:
        try:
            config_from_sections(sections, plugins)
        except ConfigurationError as error:
            return [str(problem) for problem in error.problems]
        return []

    return problems_in
