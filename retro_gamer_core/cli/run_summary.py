"""What there is to know about a run from the outside, gathered without building anything of it.

Whatever is damaged becomes a problem in the summary; all the rest is told nevertheless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retro_gamer_core.configuration import config_from_sections, read_sections
from retro_gamer_core.configuration.own_files import own_code_of
from retro_gamer_core.configuration.settings import SECTION_KEYS
from retro_gamer_core.errors import Problem, ProblemsFound, RetroGamerError
from retro_gamer_core.kinds import KINDS
from retro_gamer_core.runs.parts_lock import LockedPart, differences, lock_of, read_lock
from retro_gamer_core.runs.run_directory import RunDirectory, episode_of
from retro_gamer_core.runs.training_log import read_training_log

if TYPE_CHECKING:
    from retro_gamer_core.configuration import RunConfig
    from retro_gamer_core.plugins.registry import Plugins

#: What these are when left out depends on the game, so they have no default to differ from.
_WITHOUT_DEFAULT = (("game", "name"), ("preprocessing", "observe_state"), ("model", "network"))


@dataclass(frozen=True)
class SavedFile:
    """A file and its size in bytes."""

    path: Path
    size: int


@dataclass(frozen=True)
class ChangedSetting:
    """A setting, and the section it stands in; a ``default`` of None means that it may be left out."""

    section: str
    key: str
    value: Any
    default: Any


class RunSummary:
    """A run at a glance: its files are read, none is changed, and no code of it is imported.

    Attributes:
        game: the game as named in the config; None where that cannot be read.
        config: None where it has problems.
        changed: the settings that are not at their defaults.
        log: what was chosen and how training went.
        checkpoints: in the order of their episodes.
        states: the training states, the newest first.
        parts: what the run is built from; as it was when training began, if it has.
        differences: what changed in the parts since then.
        problems: what is wrong with the files of the run.
        own_code: what it names that is not installed.
        in_use: whether a process is training, or was killed while it did.
    """

    def __init__(self, run: RunDirectory, plugins: Plugins) -> None:
        self.problems: list[Problem] = []
        self.config: RunConfig | None = None
        self.changed: list[ChangedSetting] = []
        sections: Mapping[str, Any] = {}
        now: Sequence[LockedPart] = []
        then: Sequence[LockedPart] = []
        with self._problems_told():
            sections = read_sections(run.config)
            self.config = config_from_sections(sections, plugins, where=str(run.config), import_own=False)
            self.changed = _changed_settings(self.config, plugins)
            parts = self.config.parts
            now = lock_of((plugins.find_part(each.kind, each.name), each.options) for each in parts)
        with self._problems_told():
            then = read_lock(run.parts_lock)
        self.game = self.config.game if self.config else _game_named_in(sections)
        self.log = read_training_log(run.events)
        self.checkpoints = _saved(run.checkpoints())
        self.states = _saved(run.newest_states())
        self.parts = list(then or now)
        self.differences = list(differences(then, now)) if now else []
        self.own_code = own_code_of(run, sections)
        self.in_use = run.holder.is_file()

    @contextmanager
    def _problems_told(self) -> Iterator[None]:
        try:
            yield
        except RetroGamerError as error:
            self.problems += error.problems if isinstance(error, ProblemsFound) else (error.problem,)

    @property
    def episodes(self) -> int:
        """How many episodes have been played, as far as log and checkpoints tell."""
        finished = [episode.number for episode in self.log.episodes[-1:]]
        logged = [checkpoint.episode for checkpoint in self.log.checkpoints[-1:]]
        saved = [episode_of(checkpoint.path) or 0 for checkpoint in self.checkpoints]
        return max([*finished, *logged, *saved], default=0)

    @property
    def finished(self) -> bool:
        """Whether all the episodes that the settings ask for have been played."""
        return self.config is not None and self.episodes >= self.config.training.training_episodes

    @property
    def trained_for_some_time(self) -> bool:
        """Whether the last training had a limit of time or of turns (``--for``, ``--turns``), and none of episodes."""
        return any(choice.startswith(("time: ", "turns: ")) for choice in self.log.choices)


def settings_with_reasons(config: Path) -> Iterator[tuple[str, str, str, str]]:
    """Section, key, value as written, and the reason: the comments that ``create`` wrote, or somebody since."""
    section, setting, reasons = "", "", [""]
    for line in config.read_text(encoding="utf-8", errors="replace").splitlines() if config.is_file() else ():
        before, _, reason = (part.strip() for part in line.partition("  # " if line[:1].strip() else "# "))
        if before:
            yield from _setting(section, setting, reasons)
            section, setting = (before.strip("[]"), "") if before.startswith("[") else (section, before)
            reasons = [] if before.startswith("[") else [reason]
        elif reason and setting:
            reasons.append(reason)
    yield from _setting(section, setting, reasons)


def _setting(section: str, setting: str, reasons: list[str]) -> Iterator[tuple[str, str, str, str]]:
    key, _, value = setting.partition(" = ")
    if reason := " ".join(filter(None, reasons)):
        yield section, key, value, reason


def _changed_settings(config: RunConfig, plugins: Plugins) -> list[ChangedSetting]:
    """What differs from the defaults of the core and of the parts of this run, section by section."""
    defaults = {
        (section, option.name): option.default
        for section, options in SECTION_KEYS.items()
        for option in options
    }
    written = config.to_sections()
    for choice in config.parts:
        kind = KINDS[choice.kind]
        shared = f"{kind.section}.{choice.name}" if kind.several else kind.section or kind.table
        if kind.several:
            written[shared] = written[kind.section].pop(choice.name, {})
        part = plugins.find_part(choice.kind, choice.name)
        # The code that an import path names is not run just to look at a run.
        options = plugins.options_of(part) if part.provider.distribution else ()
        own = dict.fromkeys(choice.options) | {each.name: each.default for each in options}
        defaults |= {
            (kind.table if name in choice.in_own_table else shared, name): value
            for name, value in own.items()
        }
    # A TOML file has lists only.
    defaults = {key: list(value) if isinstance(value, tuple) else value for key, value in defaults.items()}
    return [
        ChangedSetting(section, key, value, defaults[section, key])
        for section, settings in written.items()
        if isinstance(settings, Mapping)
        for key, value in settings.items()
        if (section, key) in defaults.keys() - _WITHOUT_DEFAULT and value != defaults[section, key]
    ]


def _game_named_in(sections: Mapping[str, Any]) -> str | None:
    game = sections.get("game")
    name = game.get("name", game.get("module")) if isinstance(game, Mapping) else None
    return name if isinstance(name, str) else None


def _saved(paths: Iterable[Path]) -> list[SavedFile]:
    files = []
    for path in paths:
        with suppress(FileNotFoundError):  # a training that goes on meanwhile removes its older states
            files.append(SavedFile(path, path.stat().st_size))
    return files
