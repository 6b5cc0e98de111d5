"""Which plugins are installed, and which of them may load. Reads metadata only, imports nothing of theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import Distribution, entry_points

from retro_gamer_core.distributions import WITH_TORCH, WITHOUT_TORCH
from retro_gamer_core.plugins.records import Provider, folded
from retro_gamer_core.suggestions import did_you_mean

GROUP = "retro_gamer"

INSTALLED_TWICE = (
    f"{WITH_TORCH} and {WITHOUT_TORCH} have both brought the same code, and nobody can tell which of the two "
    f"runs; to have it once: pip uninstall {WITH_TORCH} {WITHOUT_TORCH}, then install one of them again"
)


@dataclass(frozen=True)
class FoundPlugin:
    """An installed plugin that nobody has imported yet."""

    import_string: str
    provider: Provider


def find_plugins() -> list[FoundPlugin]:
    """Every installed plugin: the built-in ones first, then by distribution and name.

    A built-in one that two distributions brought (see ``brought_twice``) is there once: the one that comes
    first where Python looks, for that is the code it would import.
    """
    return sorted({_identity(plugin): plugin for plugin in reversed(_registered())}.values(), key=_order)


def brought_twice() -> bool:
    """Whether the code of retro-gamer came with both distributions that can bring it."""
    return len({plugin.provider.distribution for plugin in _registered() if plugin.provider.built_in}) > 1


def _registered() -> list[FoundPlugin]:
    """Every entry point, in the order in which Python looks through ``sys.path``."""
    named: dict[int, tuple[str, str]] = {}
    found = []
    for entry_point in entry_points(group=GROUP):
        distribution = entry_point.dist
        if id(distribution) not in named:
            named[id(distribution)] = _name_and_version(distribution)
        import_string = entry_point.value.partition("[")[0].replace(" ", "")  # without extras
        found.append(FoundPlugin(import_string, Provider(entry_point.name, *named[id(distribution)])))
    return found


def may_load(provider: Provider, *, only: Collection[str] | None, blocked: Collection[str]) -> bool:
    """Whether a plugin may be imported. Built-in ones need no mention in ``only``."""
    if any(provider.goes_by(name) for name in blocked):
        return False
    return only is None or provider.built_in or any(provider.goes_by(name) for name in only)


def unknown_names(names: Iterable[str], found: Iterable[FoundPlugin]) -> list[str]:
    """A sentence for each name that no installed plugin goes by."""
    providers = [plugin.provider for plugin in found]
    known = {name for provider in providers for name in (provider.plugin, provider.distribution) if name}
    return [
        f"no plugin is called {name!r}: {did_you_mean(name, known)}"
        for name in names
        if not any(provider.goes_by(name) for provider in providers)
    ]


def _identity(plugin: FoundPlugin) -> tuple[str, ...]:
    provider = plugin.provider
    return (
        provider.plugin,
        plugin.import_string,
        "" if provider.built_in else folded(provider.distribution or ""),
    )


def _name_and_version(distribution: Distribution | None) -> tuple[str, str]:
    name = version = ""
    with suppress(Exception):  # the file is missing: half of an installation that was broken off
        if distribution is not None:
            metadata = distribution.metadata  # parsed anew at each use, so used once
            name, version = (metadata.get_all(key, [""])[0] for key in ("Name", "Version"))
    return name or "unnamed distribution", version or "of no version"


def _order(plugin: FoundPlugin) -> tuple[bool, str, str]:
    provider = plugin.provider
    return not provider.built_in, folded(provider.distribution or ""), folded(provider.plugin)
