"""Several plugins, one name: who stands for it, and what to say where that cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from retro_gamer_core.errors import PluginError
from retro_gamer_core.parts import KINDS
from retro_gamer_core.plugins.diagnosis import Diagnosis
from retro_gamer_core.plugins.loading import LoadedPlugin
from retro_gamer_core.plugins.records import Provider


class Claim(NamedTuple):
    """A name, claimed by a plugin for what ``description`` describes."""

    kind: str
    name: str
    description: Any
    provider: Provider


Claims = Mapping[tuple[str, str], Sequence[Claim]]


def claims_on_names(plugins: Iterable[LoadedPlugin]) -> Claims:
    """The claims on each ``(kind, name)``, in the order in which the plugins were loaded."""
    claims: dict[tuple[str, str], list[Claim]] = {}
    for plugin in plugins:
        for kind, description in plugin.offers:
            claim = Claim(kind, description.name, description, plugin.record.provider)
            claims.setdefault((kind, description.name), []).append(claim)
    return claims


def winner(claims: Sequence[Claim]) -> Claim | None:
    """The claim that a name stands for; None where several stand against each other.

    A part gives way to one of its name that ``replaces`` its plugin, and to no other.
    """
    left = [claim for claim in claims if not any(_replaces(other, claim) for other in claims)]
    return left[0] if len(left) == 1 else None


def conflict_notes(claims_on: Claims) -> dict[Provider, Diagnosis]:
    """What to say about each plugin whose names are not all its own. Built-in ones are never to blame."""
    notes: dict[Provider, Diagnosis] = {}
    for (kind, name), claims in claims_on.items():
        if kind == "game" or winner(claims):
            continue
        for claim in claims:
            if not claim.provider.built_in:
                others = _listed(other.provider for other in claims if other is not claim)
                cause = f"its {kind} {name!r} has the name of another one, from {others}"
                notes.setdefault(claim.provider, Diagnosis("name taken", cause, _way_out(claims)))
    return notes


def conflict(claims: Sequence[Claim]) -> PluginError:
    """The error of using a name on which there are ``claims`` of several plugins."""
    kind, name, *_ = claims[0]
    plugins = _listed(claim.provider for claim in claims)
    return PluginError(
        f"more than one plugin offers the {kind} {name!r}: {plugins}",
        why="nobody can tell which of them is meant",
        hint=_way_out(claims),
    )


def _replaces(claim: Claim, other: Claim) -> bool:
    replaced = getattr(claim.description, "replaces", None)
    return bool(claim is not other and replaced and other.provider.goes_by(replaced))


def _way_out(claims: Sequence[Claim]) -> str:
    first, last = claims[0], claims[-1]
    leave_out = f"--no-plugin {last.provider.plugin}"
    if first.kind not in KINDS:
        return f"{leave_out}; or its author gives it another name"
    return f'{leave_out}; or its author writes replaces="{first.provider.plugin}" into its Part'


def _listed(providers: Iterable[Provider]) -> str:
    return " and ".join(str(provider) for provider in providers)
