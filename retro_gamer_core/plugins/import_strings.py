"""Import strings: ``"package.module:attribute"`` names code without importing it, until it is needed."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.errors import PartNotFound, PluginError, Problem
from retro_gamer_core.plugins.diagnosis import Diagnosed, needed, of_attribute, of_import
from retro_gamer_core.plugins.own_code import installed_only, is_installed, look_for, refused

if TYPE_CHECKING:
    from retro_gamer_core.plugins.records import Provider


def load_attribute(import_string: str, *, what: str, provider: Provider | None = None) -> Any:
    """Import what ``"package.module:attribute"`` names; the attribute may be dotted.

    Where a person wrote the import string, the module may lie in the current directory too. ``what`` names
    the thing in messages ("the network 'tiny'"), ``provider`` the plugin whose word the import string is.

    Raises:
        PartNotFound: there is no such module or attribute.
        PluginError: it is there and its code fails, or an installed plugin promised it in vain.
        RetroGamerError: it needs torch, and retro-gamer was installed without.
        OwnCodeRefused: it is not installed, and only what is installed may run.
    """
    check_import_string(import_string, what=what)
    promised = provider is not None and provider.distribution is not None
    if not promised:  # then it may lie where the person is
        module = import_string.partition(":")[0]
        if installed_only() and not is_installed(module):
            raise refused([Problem(f"{what}: {import_string}")])
        look_for(module, [Path.cwd()])
    try:
        return import_object(import_string, provider.distribution if provider else None)
    except Diagnosed as failure:
        if isinstance(failure.__cause__, ModuleNotFoundError) and failure.__cause__.name == "torch":
            raise needed("torch", what) from failure.__cause__
        found = failure.diagnosis
        absent = found.trouble in ("missing module", "missing attribute") and not found.where
        error = PartNotFound if absent and not promised else PluginError
        raise error(
            f"{what} cannot be loaded: {found.cause}",
            where=found.where or repr(import_string),
            why=f"the mistake is in the plugin {provider}, not in your run" if promised else "",
            hint=found.fix,
        ) from failure.__cause__


def import_object(import_string: str, distribution: str | None = None) -> Any:
    """What ``"package.module"`` or ``"package.module:attribute"`` names.

    Nothing that the module does stops the program, not even ``sys.exit``; Ctrl-C does.

    Raises:
        Diagnosed: with the diagnosis.
    """
    module_name, _, attributes = import_string.partition(":")
    path = module_name
    try:
        found = import_module(module_name)
        for attribute in filter(None, attributes.split(".")):
            if not hasattr(found, attribute):
                raise Diagnosed(of_attribute(found, path, attribute, distribution))
            found = getattr(found, attribute)
            path = f"{path}.{attribute}" if ":" in path else f"{path}:{attribute}"
        return found
    except (KeyboardInterrupt, Diagnosed):
        raise
    except BaseException as error:
        raise Diagnosed(of_import(module_name, error, distribution)) from error


def check_import_string(import_string: str, *, what: str) -> None:
    """Refuse, before anything is imported, a text that cannot be an import string.

    Raises:
        PartNotFound: it has no colon, nothing on one side of it, or a path in place of a module.
    """
    module, _, attribute = import_string.partition(":")
    stem = module.removesuffix(".py").replace("\\", "/").strip("./").replace("/", ".")
    if module and attribute and module == stem:
        return
    raise PartNotFound(
        f"{what} cannot be loaded: {import_string!r} is not an import path",
        why="an import path is a module, a colon, and the name of a function or class in it",
        hint=f"{stem or 'my_module'}:{attribute or 'build'}",
    )
