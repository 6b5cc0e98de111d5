"""The documentation says what is true: names exist, links lead somewhere, and every example runs.

A page is run from top to bottom in a directory of its own:

- A block that begins with a file's name, as in ``# my_game.py``, is saved under that name.
- Any other python block is executed; those of one page share their names.
- In a console block, each ``$ retro-gamer …`` is run and must succeed, and ``$ pip install -e .`` leaves
  behind what pip would. Lines below a command must be in its output, whatever the numbers in them; a
  lone ``…`` stands for more of them.

``text`` blocks are pictures and are not run. Training is cut short: see ``shortened``.
"""

from __future__ import annotations

import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import click
import pluggy
import pytest
from experiments.in_this_process import InThisProcess
from markdown_it import MarkdownIt
from markdown_it.token import Token
from retro.examples.snake import create_game

import retro_gamer_core
from retro_gamer import DQNTrainer, GameMetadata
from retro_gamer_core import errors
from retro_gamer_core.cli import exits, main
from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.configuration import read_config
from retro_gamer_core.hookspecs import hooks
from retro_gamer_core.options import Setting
from retro_gamer_core.plugins.loading import load
from retro_gamer_core.plugins.records import PluginRecord
from retro_gamer_core.plugins.registry import Plugins, configure
from retro_gamer_core.policies.player import build_player
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.loading import load_trainer

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "docs" / "reference"
README, CHANGELOG, CONTRIBUTING = (ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING"))
PAGES = [README, CHANGELOG, CONTRIBUTING, *sorted((ROOT / "docs").rglob("*.md"))]

#: Episodes that are trained at most: a command may need two checkpoints, code is happy with any.
OF_A_COMMAND, OF_CODE = 20, 3
FILE_NAME = re.compile(r"# ([\w./-]+\.(?:py|toml))")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


class Block(NamedTuple):
    """A fenced block of a page: its language, its text, and the line it begins on."""

    language: str
    text: str
    line: int


def tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def blocks(page: Path) -> list[Block]:
    return [Block(t.info, t.content, t.map[0] + 1) for t in tokens(page) if t.type == "fence"]


def headings(page: Path) -> list[str]:
    found = tokens(page)
    return [found[i + 1].content for i, token in enumerate(found) if token.type == "heading_open"]


def anchor(heading: str) -> str:
    """What a link to a heading calls it, on GitHub and in Sphinx with MyST alike."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def links(page: Path) -> Iterator[str]:
    for token in tokens(page):
        for child in token.children or ():
            if child.type == "link_open":
                yield str(child.attrs["href"])


def rows(page: Path) -> list[list[str]]:
    """The cells of every table row whose first cell is a name in backticks or a number."""
    lines = re.findall(r"^\| ([`\d].*) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [line.split(" | ") for line in lines]


# What is written ------------------------------------------------------------------------------


@every_page
def test_every_link_leads_somewhere(page):
    for link in links(page):
        if "://" in link:
            continue
        path, _, place = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), link
        assert not place or place in map(anchor, headings(target)), link


@every_page
def test_every_name_in_the_program_exists(page):
    for name in re.findall(r"`(retro_gamer\w*(?:\.\w+)+)`", page.read_text(encoding="utf-8")):
        pkgutil.resolve_name(name)


@every_page
def test_every_toml_block_is_toml(page):
    for block in blocks(page):
        if block.language == "toml":
            tomllib.loads(block.text)


@pytest.mark.parametrize("page", [page for page in PAGES if page != CHANGELOG], ids=name_of)
def test_a_page_ends_with_what_to_type_or_read_next(page):
    assert page.read_text(encoding="utf-8").rstrip().split("\n\n")[-1].startswith("Next")


def test_every_page_can_be_reached_from_the_first_one():
    reached, waiting = set(), [README]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        linked = [(page.parent / link.partition("#")[0]).resolve() for link in links(page)]
        waiting += [target for target in linked if target in PAGES and target not in reached]
    assert set(PAGES) <= reached


def test_the_generated_pages_are_up_to_date():
    command = [sys.executable, ROOT / "docs" / "generate.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_readme_shows_every_command():
    shown = README.read_text(encoding="utf-8")
    assert [name for name in retro_gamer.list_commands(None) if f"$ retro-gamer {name}" not in shown] == []


def test_the_readme_installs_the_torch_that_is_pinned():
    [pinned] = re.findall(
        r"^torch==.+$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert f"pip install {pinned} --index-url" in README.read_text(encoding="utf-8")


def test_every_hook_is_a_heading_with_its_signature():
    signatures = [f"`{hook}({', '.join(arguments)})`" for hook, arguments in hooks().items()]
    assert [heading for heading in headings(REFERENCE / "hooks.md") if heading.startswith("`")] == signatures


def test_the_examples_of_the_hooks_are_one_good_plugin(tmp_path, monkeypatch):
    source = "".join(block.text for block in blocks(REFERENCE / "hooks.md") if block.language == "python")
    (tmp_path / "examples_of_hooks.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = PluginRecord("examples", "", "", "examples_of_hooks", "blocked", built_in=False)
    record = load(found, pluggy.PluginManager("retro_gamer")).record
    assert record.problem is None
    assert record.hooks == tuple(hooks())


def test_every_exit_code_is_explained():
    explained = {int(row[0]): row for row in rows(REFERENCE / "exit-codes.md")}
    said = {int(code) for code in re.findall(r"(\d+) \w", exits.run_and_exit.__doc__)}
    assert {0, exits.INTERRUPTED, click.UsageError.exit_code} <= said == set(explained)
    for module in pkgutil.iter_modules(retro_gamer_core.__path__, "retro_gamer_core."):
        import_module(module.name)
    for error in [errors.RetroGamerError, *subclasses_of(errors.RetroGamerError)]:
        assert error.exit_code in explained
        if error.__module__ == errors.__name__:
            assert f"`{error.__name__}`" in explained[error.exit_code][2]


def subclasses_of(error: type) -> Iterator[type]:
    for subclass in error.__subclasses__():
        yield subclass
        yield from subclasses_of(subclass)


def test_the_architecture_names_every_module_of_the_core():
    core = Path(retro_gamer_core.__file__).parent
    modules = {".".join(path.relative_to(core).with_suffix("").parts) for path in core.rglob("*.py")}
    modules = {module for module in modules if not module.endswith("__")}
    page = ROOT / "docs" / "explanation" / "architecture.md"
    named = [row[0].strip("`") for row in rows(page) if len(row) == 2]
    assert sorted(named) == sorted(modules)


def walk(heading: str) -> tuple[list[Any], list[CodeType]]:
    """What the architecture names under this heading, and the code of each."""
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    told = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    steps = [pkgutil.resolve_name(name) for name in re.findall(r"^\d+\. `([\w.]+)`", told, re.MULTILINE)]
    return steps, [(step.__init__ if isinstance(step, type) else step).__code__ for step in steps]


def test_a_frame_goes_the_way_that_the_architecture_tells(tmp_path):
    """Every function named there is called, first in that order, and they stand in at most twelve files."""
    _, codes = walk("From a frame of a game to what is learned from it")
    assert 8 <= len({code.co_filename for code in codes}) <= 12

    metadata = GameMetadata.from_pyproject("retro.examples.snake")
    settings = {"memory": "uniform", "n_step": 3, "games_in_step": 2, "learning_starts": 64, "device": "cpu"}
    DQNTrainer(create_game, metadata, tmp_path / "run", {"encoder": "egocentric"}, **settings)
    loop, called = load_trainer(RunDirectory(tmp_path / "run")).loop, []
    events = loop.play(10**6)
    next(events)  # games have begun
    sys.setprofile(lambda frame, event, _: event == "call" and called.append(frame.f_code))
    try:
        while not loop.updates:
            next(events)
    finally:
        sys.setprofile(None)
    first = [called.index(code) for code in codes]
    assert first == sorted(first)


def test_a_key_goes_the_way_that_the_architecture_tells(tmp_path):
    """Every function named there is called for it, in that order, and they stand in at most eight files."""
    steps, codes = walk("From a key in config.toml to where it acts")
    assert 6 <= len({code.co_filename for code in codes}) <= 8

    config = tmp_path / "config.toml"
    config.write_text(
        '[game]\nname = "snake"\n'
        '[metadata]\nactions = ["KEY_UP"]\nreward = "score"\ncharacter_set = ["@"]\nboard_size = [32, 16]\n'
        '[model]\nnetwork = "mlp"\nhidden_sizes = [4]\n[training]\nlearning_rate = 0.0005\n',
        encoding="utf-8",
    )
    plugins, called = Plugins(only=()), []
    sys.setprofile(lambda frame, event, _: event == "call" and called.append(frame.f_code))
    try:
        read = read_config(config, plugins)
        player = build_player(read, read.metadata, create_game, plugins, device="cpu")
    finally:
        sys.setprofile(None)
    first = [called.index(code) for code in codes]
    checked = first.pop(
        steps.index(Setting.problem_with)
    )  # the version of the file is checked with it before
    assert first == sorted(first) and checked < first[-1]
    assert player.learner.statistics()["learning_rate"] == 0.0005


# What is run ----------------------------------------------------------------------------------

RUNNABLE = [page for page in PAGES if {"python", "console"} & {block.language for block in blocks(page)}]


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Iterator[Path]:
    """An empty directory to work in; what is imported from there is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for variable in ("RETRO_GAMER_PLUGINS", "RETRO_GAMER_NO_PLUGIN", "RETRO_GAMER_STRICT"):
        monkeypatch.delenv(variable, raising=False)
    InThisProcess.put_in_place(monkeypatch)
    configure()
    yield tmp_path
    configure()
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def type_in(desk, monkeypatch, capsys) -> Callable[[str], str]:
    """``type_in("retro-gamer list")``: what the command printed to either stream.

    It runs in this process, for a new one would spend its time importing torch; tests/cli has new ones.
    """

    def type_in(command: str) -> str:
        if command == "pip install -e .":
            leave_what_pip_would(desk)
            return ""
        monkeypatch.setattr(sys, "argv", shlex.split(shortened(command, OF_A_COMMAND)))
        assert sys.argv[0] == "retro-gamer"
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        assert ended.value.code == 0, f"$ {command}\n{printed.out}{printed.err}"
        return printed.out + printed.err

    return type_in


@pytest.mark.parametrize("page", RUNNABLE, ids=name_of)
def test_every_example_runs(page, desk, type_in, monkeypatch):
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        if file := FILE_NAME.fullmatch(block.text.partition("\n")[0]):
            path = desk / file[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            source = shortened(block.text, OF_CODE)
            lines_above = "\n" * block.line  # so that a traceback names the page's own line
            with monkeypatch.context() as python:
                python.syspath_prepend(desk)
                exec(compile(lines_above + source, str(page), "exec"), names)
        elif block.language == "console":
            for command, shown in commands_in(block):
                printed = type_in(command)
                assert {alike(line) for line in shown} <= {alike(line) for line in printed.splitlines()}


def shortened(text: str, episodes: int) -> str:
    """With no more episodes of training than that, also where a run is created without saying how many.

    ``train --for`` trains for a second, and an experiment has one seed and a handful of turns.
    """
    if text.startswith("retro-gamer experiment "):
        return re.sub(r" --(seeds|for|turns|games) \S+", "", text) + " --seeds 1 --turns 40 --games 1"
    text = re.sub(r"^(retro-gamer train .*--for) \w+", r"\1 1s", text)
    text = re.sub(r"(training.episodes[= ])(\d+)", lambda m: f"{m[1]}{min(int(m[2]), episodes)}", text)
    if text.startswith("retro-gamer create") and "--training-episodes" not in text:
        text += f" --training-episodes {episodes}"
    return text


def commands_in(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Each command, and the lines that the page shows of its output."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command.partition("  #")[0].rstrip(), [line for line in shown if line.strip("… ")]


def leave_what_pip_would(desk: Path) -> None:
    project = tomllib.loads((desk / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, version = project["name"], project["version"]
    information = desk / "site-packages" / f"{name.replace('-', '_')}-{version}.dist-info"
    information.mkdir(parents=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (information / "METADATA").write_text(metadata, encoding="utf-8")
    lines = []
    for group, entry_points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{entry} = {value}" for entry, value in entry_points.items())]
    (information / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    sys.path += [str(information.parent), str(desk)]
    configure()  # or this process would keep to the plugins it has found already


def alike(line: str) -> str:
    """The line without what differs from one computer and one day to the next."""
    return " ".join(re.sub(r"\d+", "0", line).split())
