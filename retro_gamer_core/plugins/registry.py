"""The plugins that are installed, and everything one can ask of them.

*Finding* reads metadata only, and decides what may load; *loading* imports each plugin by itself.
A broken one is a record with a diagnosis, and nothing else: it stops no command that does not need it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Any

import pluggy

from retro_gamer_core.errors import PartNotFound, PluginError, RetroGamerError
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.options import Setting
from retro_gamer_core.parts import Command, GameDescription, Part, Recipe
from retro_gamer_core.plugins.diagnosis import Diagnosis, in_words, last_line_in
from retro_gamer_core.plugins.discovery import INSTALLED_TWICE, brought_twice, find_plugins
from retro_gamer_core.plugins.import_strings import check_import_string
from retro_gamer_core.plugins.loading import LoadedPlugin, call, load
from retro_gamer_core.plugins.part_building import build_part, options_in_effect, options_of
from retro_gamer_core.plugins.records import Claim, PluginRecord, ProvidedPart, Provider
from retro_gamer_core.suggestions import did_you_mean

Claims = Mapping[tuple[str, str], Sequence[Claim]]


class Plugins:
    """All installed plugins, loaded when first asked.

    Plugins are named by their entry point or their distribution.

    Args:
        only: which plugins of others may load; None for all of them. The built-in ones load anyway.
        blocked: which plugins may not, built-in ones included; their modules are not imported.
        strict: for plugin authors: a plugin with a problem is an error, with its cause in the traceback.
    """

    def __init__(
        self, *, only: Collection[str] | None = None, blocked: Collection[str] = (), strict: bool = False
    ) -> None:
        self.strict = strict
        self._only = only
        self._blocked = blocked

    def __getstate__(self) -> dict[str, Any]:
        """In another process, the same plugins are found and loaded anew."""
        return {name: vars(self)[name] for name in ("strict", "_only", "_blocked")}

    @property
    def records(self) -> tuple[PluginRecord, ...]:
        """Every plugin that was found, also the broken and the blocked: built-in ones first."""
        return tuple(plugin.record for plugin in self._plugins)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """``unknown_names``, and a sentence where the code of retro-gamer is there twice."""
        return (*self.unknown_names, INSTALLED_TWICE) if brought_twice() else self.unknown_names

    @cached_property
    def unknown_names(self) -> tuple[str, ...]:
        """A sentence for each plugin that was to be blocked or let in and is not installed."""
        known = {name for plugin in self._found for name in (plugin.name, plugin.distribution)}
        return tuple(
            f"no plugin is called {name!r}: {did_you_mean(name, known)}"
            for name in (*(self._only or ()), *self._blocked)
            if not any(plugin.provider.goes_by(name) for plugin in self._found)
        )

    def parts(self, kind: str) -> dict[str, ProvidedPart]:
        """The usable parts of a kind by name: those of built-in plugins first, then in alphabetical order."""
        winners = [winner(claims) for (kind_, _), claims in self._claims.items() if kind_ == kind]
        parts = [ProvidedPart(kind, claim.description, claim.provider) for claim in winners if claim]
        parts.sort(key=lambda part: (not part.provider.built_in, part.name))
        return {part.name: part for part in parts}

    def find_part(self, kind: str, name: str) -> ProvidedPart:
        """The part with that registered name, or at that import path (``"my_file:build"``).

        ``"my_plugin/stripes"`` means the part ``stripes`` of that plugin. Nothing is imported for an import path yet.

        Raises:
            PartNotFound: no plugin offers it; the message names those which might if they worked.
            PluginError: more than one plugin does.
        """
        if ":" in name:
            check_import_string(name, what=f"the {kind}")
            # A plugin that offers just this factory may have declared its options elsewhere.
            offered = [part.part for part in self.parts(kind).values() if part.part.factory == name]
            described = replace(offered[0], name=name) if offered else Part(name, "", name)
            return ProvidedPart(kind, described, Provider(name.partition(":")[0]))
        parts = self.parts(kind)
        if name in parts:
            return parts[name]
        plugin, _, short = name.rpartition("/")
        for claim in self._claims.get((kind, short), ()) if plugin else ():
            if claim.provider.goes_by(plugin):
                return ProvidedPart(kind, replace(claim.description, name=name), claim.provider)
        if (kind, name) in self._claims:
            raise conflict(self._claims[kind, name])
        raise self._not_found(kind, name, known=list(parts))

    options_of = staticmethod(options_of)
    options_in_effect = staticmethod(options_in_effect)
    build = staticmethod(build_part)

    def options_declared_apart(self, part: ProvidedPart) -> tuple[Setting, ...] | None:
        """As ``options_of``, without importing a factory: None where only that, or nothing sound, declares them."""
        if part.part.options is None:
            return None
        try:
            return options_of(part)
        except RetroGamerError:
            return None

    def games(self) -> list[tuple[GameDescription, Provider]]:
        """The descriptions of games, in the order of the plugins."""
        return self._described("game")

    def recipes(self) -> dict[str, tuple[Recipe, Provider]]:
        """The recipes by name. Of several with one name, the first counts: a built-in one, if there is."""
        return self._first_of_each("recipe")

    def commands(self) -> dict[str, tuple[Command, Provider]]:
        """The further subcommands by name. Of several with one name, the first counts."""
        return self._first_of_each("command")

    def announce(self, hook_name: str, **arguments: Any) -> list[str]:
        """Call a life-cycle hook of each plugin by itself. Nothing that one raises reaches another, or you.

        Returns a line for each that raised; those are not called again. Ctrl-C passes through.
        """
        lines = []
        for plugin in self._plugins:
            if hook_name not in plugin.hooks:
                continue
            try:
                call(plugin.hooks[hook_name], arguments)
            except (Exception, SystemExit) as error:
                del plugin.hooks[hook_name]
                where = last_line_in(plugin.record.module, error)
                lines.append(
                    f"the plugin {plugin.record.provider} is not told of {hook_name} any more, "
                    f"for that ended with {in_words(error)}{f' ({where})' if where else ''}"
                )
        return lines

    @cached_property
    def _found(self) -> list[PluginRecord]:
        return find_plugins()

    @cached_property
    def _plugins(self) -> list[LoadedPlugin]:
        manager = pluggy.PluginManager("retro_gamer")
        plugins = [
            load(found, manager) if self._may_load(found.provider) else LoadedPlugin(found)
            for found in self._found
        ]
        notes = conflict_notes(claims_on_names(plugins))
        for plugin in plugins:
            problem = notes.get(plugin.record.provider, plugin.record.problem)
            plugin.record = replace(plugin.record, problem=problem)
            if self.strict and problem:
                what = f"the plugin {plugin.record.provider}: {problem.cause}"
                raise PluginError(what, where=problem.where, hint=problem.fix) from plugin.error
        return plugins

    def _may_load(self, provider: Provider) -> bool:
        named = self._only is None or provider.built_in or provider.goes_by(*self._only)
        return named and not provider.goes_by(*self._blocked)

    @cached_property
    def _claims(self) -> Claims:
        return claims_on_names(self._plugins)

    def _described(self, kind: str) -> list[tuple[Any, Provider]]:
        claims = [claim for plugin in self._plugins for claim in plugin.offers if claim.kind == kind]
        return [(claim.description, claim.provider) for claim in claims]

    def _first_of_each(self, kind: str) -> dict[str, tuple[Any, Provider]]:
        firsts: dict[str, tuple[Any, Provider]] = {}
        for description, provider in self._described(kind):
            firsts.setdefault(description.name, (description, provider))
        return firsts

    def _not_found(self, kind: str, name: str, known: list[str]) -> PartNotFound:
        why = [
            f"the plugin {record.provider} may offer it, but is broken: "
            f"{record.problem.cause} (try: {record.problem.fix})"
            for record in self.records
            if record.status == "broken" and record.problem is not None
        ]
        blocked = [record.name for record in self.records if record.status == "blocked"]
        if blocked:
            why.append(f"these plugins may offer it, but are blocked: {', '.join(blocked)}")
        hint = did_you_mean(name, known)
        if "." in name:
            hint = f"for one of your own, put a colon before its name: {':'.join(name.rsplit('.', 1))}"
        return PartNotFound(f"there is no {kind} called {name!r}", why="; ".join(why), hint=hint)


@cache
def installed_plugins() -> Plugins:
    """The plugins of this process, as the environment and ``configure`` have it.

    ``RETRO_GAMER_PLUGINS`` lists the plugins of others that may load (empty: none),
    ``RETRO_GAMER_NO_PLUGIN`` those that may not, both with commas; ``RETRO_GAMER_STRICT=1`` is strict.
    """
    only = _configured["only"]
    if only is None and "RETRO_GAMER_PLUGINS" in os.environ:
        only = _names_in("RETRO_GAMER_PLUGINS")
    return Plugins(
        only=only,
        blocked=[*_configured["blocked"], *_names_in("RETRO_GAMER_NO_PLUGIN")],
        strict=_configured["strict"] or os.environ.get("RETRO_GAMER_STRICT", "") not in ("", "0"),
    )


def configure(
    *, blocked: Collection[str] = (), only: Collection[str] | None = None, strict: bool = False
) -> None:
    """Decide for this process, on top of the environment, before any plugin is imported; see ``Plugins``."""
    _configured.update(blocked=blocked, only=only, strict=strict)
    installed_plugins.cache_clear()


_configured: dict[str, Any] = {"blocked": (), "only": None, "strict": False}


def _names_in(variable: str) -> list[str]:
    return [name.strip() for name in os.environ.get(variable, "").split(",") if name.strip()]


def claims_on_names(plugins: Iterable[LoadedPlugin]) -> Claims:
    """The claims on each ``(kind, name)``, in the order in which the plugins were loaded."""
    claims: dict[tuple[str, str], list[Claim]] = {}
    for plugin in plugins:
        for claim in plugin.offers:
            claims.setdefault((claim.kind, claim.name), []).append(claim)
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
                others = " and ".join(str(other.provider) for other in claims if other is not claim)
                cause = f"its {kind} {name!r} has the name of another one, from {others}"
                notes.setdefault(claim.provider, Diagnosis("name taken", cause, _way_out(claims)))
    return notes


def conflict(claims: Sequence[Claim]) -> PluginError:
    """The error of using a name on which there are ``claims`` of several plugins."""
    kind, name, *_ = claims[0]
    plugins = " and ".join(str(claim.provider) for claim in claims)
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
    in_full = f'the name in full: "{last.provider.plugin}/{first.name}"'
    return f'{in_full}; or {leave_out}; or its author writes replaces="{first.provider.plugin}" into its Part'
