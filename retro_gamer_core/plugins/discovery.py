"""Which plugins are installed, and which of them may load. Reads metadata only, imports nothing of theirs."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib.metadata import Distribution, entry_points

from retro_gamer_core.distributions import WITH_TORCH, WITHOUT_TORCH
from retro_gamer_core.plugins.records import PluginRecord, Provider, folded

GROUP = "retro_gamer"

INSTALLED_TWICE = (
    f"{WITH_TORCH} and {WITHOUT_TORCH} have both brought the same code, and nobody can tell which of the two "
    f"runs; to have it once: pip uninstall {WITH_TORCH} {WITHOUT_TORCH}, then install one of them again"
)


def find_plugins() -> list[PluginRecord]:
    """Every installed plugin, not imported yet: the built-in ones first, then by distribution and name.

    A built-in one that two distributions brought (see ``brought_twice``) is there once: the one that comes
    first where Python looks, for that is the code it would import.
    """
    found = {}
    for plugin in reversed(_registered()):
        distribution = "" if plugin.built_in else folded(plugin.distribution)
        found[not plugin.built_in, distribution, folded(plugin.name), plugin.name, plugin.module] = plugin
    return [found[identity] for identity in sorted(found)]


def brought_twice() -> bool:
    """Whether the code of retro-gamer came with both distributions that can bring it."""
    return len({plugin.distribution for plugin in _registered() if plugin.built_in}) > 1


def _registered() -> list[PluginRecord]:
    """Every entry point, in the order in which Python looks through ``sys.path``."""
    found = []
    for entry_point in entry_points(group=GROUP):
        name, version = name_and_version(entry_point.dist)
        module = entry_point.value.partition("[")[0].replace(" ", "")  # without extras
        built_in = Provider(entry_point.name, name).built_in
        found.append(PluginRecord(entry_point.name, name, version, module, "blocked", built_in))
    return found


@cache  # metadata is parsed anew at each use, and one distribution may have many plugins
def name_and_version(distribution: Distribution | None) -> tuple[str, str]:
    """Of what was installed with pip, or a word in place of each."""
    name = version = ""
    with suppress(Exception):  # the file is missing: half of an installation that was broken off
        if distribution is not None:
            metadata = distribution.metadata
            name, version = (metadata.get_all(key, [""])[0] for key in ("Name", "Version"))
    return name or "unnamed distribution", version or "of no version"
