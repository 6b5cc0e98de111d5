"""Writes the reference pages that are made from the program itself: commands, configuration, and Python.

``python docs/generate.py`` writes them; with ``--check`` it only looks, and exits with 1 where one is out of date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from textwrap import fill

from click.testing import CliRunner
from docstrings import described, table_row

import retro_gamer as for_students
import retro_gamer_core as for_plugins
import retro_gamer_core.testing as for_tests
from retro_gamer_core.cli.group import retro_gamer
from retro_gamer_core.configuration import settings_table
from retro_gamer_core.configuration.settings import SettingRow
from retro_gamer_core.finding_codes import CODES
from retro_gamer_core.plugins.registry import configure, installed_plugins

REFERENCE = Path(__file__).parent / "reference"

COMMANDS = """\
# Commands

Made by `python docs/generate.py` from what `--help` says: change the program, not this page.

`RUN` is the directory of a run. Every command ends by saying what to type next, and says in its
[exit code](exit-codes.md) how it went. `list`, `plugins`, `evaluate`, `experiment`,
`league`, `grade`, `duel` and `info` print JSON with `--json`.

{commands}

Next: [every setting of a run](configuration.md), or type `retro-gamer list`.
"""

CONFIGURATION = """\
# Configuration

Made by `python docs/generate.py` from the options that the core and the built-in plugins describe:
change those, not this page.

`retro-gamer create` writes a `config.toml` with the reason for each value beside it. The file is
yours: change it in an editor, and `retro-gamer train` reads it again. What is left out has the
default below. A setting that nobody knows, or that cannot be right, is explained before anything
happens, all of them at once.

A part may have a table of its own instead: `[encoder]`, `[network]`, `[memory]` or `[learner]`, with its `name` and
its options. There they cannot be mistaken for a setting of the core or an option of another part:

```toml
[training]
gamma = 0.99

[learner]
name = "my_learner:Sarsa"
gamma = 0.9            # an option that this learner has itself
```

On the command line, any setting can be given to `create` as `--set SECTION.KEY=VALUE`; the most
used ones have [flags of their own](commands.md). Plugins add parts and options to these;
`retro-gamer plugins` shows what is installed.

{sections}

Next: [what `create` and the other commands take](commands.md), or [what is in a run's
directory](files.md).
"""

ABOUT = {
    "game": "Which game.",
    "metadata": "What the game is. `create` copies it from the description that comes with the game; see "
    "[how to describe a game](../how-to/describe-a-game.md).",
    "preprocessing": "[What the learner sees](../explanation/what-the-learner-sees.md): an encoder and its options.",
    "model": "The network and its options.",
    "training": "The learner, the memory, their options, and how long it all takes. [How DQN "
    "learns](../explanation/dqn.md) says what they are for.",
    "logging": "Who writes down what happens.",
    "wrapping": "What changes the rewards that are learned from, or the games of a training: [a "
    "wrapper](../tutorials/your-own-wrapper.md).",
}


PYTHON = """\
# Python

Made by `python docs/generate.py` from the docstrings: change those, not this page.

What you import from `retro_gamer`, to train and to play from a program of your own. [Put an agent into
a game](../how-to/put-an-agent-into-a-game.md) shows most of it at work.

{names}

Next: [what plugins import](plugin-api.md), or [every hook](hooks.md).
"""

PLUGIN_API = """\
# Python for plugins

Made by `python docs/generate.py` from the docstrings: change those, not this page.

A plugin imports everything from `retro_gamer_core`, and nothing from deeper inside. Beside what follows
there are [`GameMetadata`](python.md#gamemetadata); `hookimpl`, which marks the answer to [a hook](hooks.md);
`API_VERSION`, the version of all this ({version}); and `EMPTY`, the code of an empty cell ({empty}).

Shapes are written as `[n, h, w]`: n observations, h rows, w columns; f is the number of features.

{names}

Next: [make a plugin](../how-to/make-a-plugin.md), or type `retro-gamer plugins`.
"""

CHECKS = """\
# Checks

Made by `python docs/generate.py` from the list of codes in `retro_gamer_core.finding_codes`: change that, not
this page.

`retro-gamer check` finds out what is wrong before anything is trained:

```console
$ retro-gamer check snake                 # a game, named in any way that create takes
$ retro-gamer check one_hot --quick       # a part, by its name or import path
```

`retro-gamer check RUN` looks at a run and its game, and without a name at all that is installed.
`create` and `train` take a quick look at the game too, and warn in a line; they never stop for it.

Each finding has a code that never changes, a number, why it matters, and what to try. A **problem**
means that it cannot work like this, and the command ends with [exit code 3](exit-codes.md). A
**warning** means that it is hardly what was meant. A **note** may well be meant. The same `--seed`
looks at the same games; `--json` prints all of it for programs.

## In tests

The same checks are functions. They need no test framework; `assert_ok` fails with the findings in
words, from problems on, or from `level="warning"` on:

```python
from retro.examples.nav import create_game
from retro_gamer_core.testing import check_encoder, check_game

check_game(create_game, quick=True).assert_ok(level="warning")
check_encoder("egocentric", options={{"radius": 3}}, quick=True).assert_ok()
```

There are `check_game`, `check_encoder`, `check_network`, `check_memory`, `check_learner`,
`check_logger` and `check_wrapper`. A part may be a name, an import path, or the class or function itself;
`game="snake"` tries it on another game than the small one that comes with the check.

## Games

20,000 turns are played with random keys, 2,000 with `--quick`. A slow game is looked at for fewer
turns, and the command says for how many.

{game}

## Runs

Everything about the game, and:

{run}

## Parts

A part is tried on a small game that comes with the check, or on `--game GAME`. Without `--quick` it is
then measured beside the part that `create` would choose, in one run, and trained with for 6,000 turns.

{part}

## Plugins

{plugin}

Next: `retro-gamer check`, or [what is watched while a run is trained](alarms.md).
"""

ALARMS = """\
# Alarms

Made by `python docs/generate.py` from the list of codes in `retro_gamer_core.finding_codes`: change that, not
this page.

While a run is trained, retro-gamer watches for what a teacher would point out. An alarm appears as
a warning, in `training.log` and `training.jsonl`, in `retro-gamer info`, and in [a hook for
plugins](hooks.md#retro_gamer_alarm_raisedrun-alarm). Each is told once in a run, however often you
stop and go on. None changes anything: training goes on, with the same result to the last bit.

```text
Warning: no reward in 20,008 turns: state["score"] has never changed (reward-never-seen)
  why:   without a single reward, no action looks better than another, and nothing can be learned
  try:   play the game yourself and see when that number changes; …
```

| code | the number, and when it is told | why it matters | what to try |
|---|---|---|---|
{rows}

The last three are judged at several moments in a row, because one may be chance. *Late* is the second
half of a run, after 100,000 turns at least; or any time after 300,000 turns with one random action in ten or
fewer.

## What they do not say

- The largest possible return is the largest reward of a turn, earned for ever: `r / (1 - gamma)`. A
  turn limit does not lower it, because [a turn limit is no end](../explanation/dqn.md) to the
  learner. With `gamma = 1` there is no such bound, and `values-impossible` is silent.
- The same reward in every turn is fine where games differ in length: then a longer life is what can
  be learned.
- One key all the time is fine where it beats random keys.
- There is no alarm for a rising loss. It rises in good runs too, whenever better play meets
  larger rewards.

## When numbers are no numbers any more

Then training stops with an error (`LearningDiverged`). Before a checkpoint or a state is written, the
learner is asked about the running games; if the answer is no number, nothing is written, so what was
saved before is still good. Go on from it after lowering `learning_rate` or setting `double = true`.

Next: `retro-gamer info RUN` lists the alarms of a run; or see [how DQN
learns](../explanation/dqn.md).
"""

#: A heading for each group of modules in which plugins' names live.
GROUPS = {
    "What a plugin offers": ("parts", "options"),
    "What a part must be able to do": ("contracts",),
    "What is seen and remembered": ("observation", "playing.frames", "symmetry", "transitions"),
    "What happens in training": ("events", "playing.replay"),
    "What goes wrong": ("errors",),
    "Playing without torch": ("policies.exported",),
}
SAID_ABOVE = {"GameMetadata", "hookimpl", "API_VERSION", "EMPTY"}


def commands_page() -> str:
    """The help of every command, in the order in which ``retro-gamer --help`` lists them."""
    names = retro_gamer.list_commands(None)
    parts = [_help(), *(f"## {name}\n\n{_help(name)}" for name in names)]
    return COMMANDS.format(commands="\n\n".join(parts))


def configuration_page() -> str:
    """Every setting, by section and by the part whose option it is."""
    sections = []
    for section, rows in groupby(settings_table(installed_plugins()), key=attrgetter("section")):
        text = [f"## `[{section}]`"]
        if section in ABOUT:
            text.append(ABOUT[section])
        for owner, owned in groupby(rows, key=attrgetter("owner")):
            if owner:
                text.append('### With `{} = "{}"`'.format(*owner.split(" ", 1)))
            text.append(_table(owned))
        sections.append("\n\n".join(text))
    return CONFIGURATION.format(sections="\n\n".join(sections))


def python_page() -> str:
    """All that ``retro_gamer`` exports."""
    names = for_students.__all__
    return PYTHON.format(names="\n\n".join(described(name, getattr(for_students, name), 2) for name in names))


def plugin_api_page() -> str:
    """All that ``retro_gamer_core`` exports, by what it is for, and the checks for tests."""
    left = {name: getattr(for_plugins, name) for name in for_plugins.__all__ if name not in SAID_ABOVE}
    groups = []
    for title, modules in GROUPS.items():
        homes = [f"{for_plugins.__name__}.{module}" for module in modules]
        found = [name for name in left if left[name].__module__ in homes]
        groups.append([f"## {title}", *(described(name, left.pop(name)) for name in found)])
    assert not left, f"GROUPS has no place for {', '.join(left)}"
    groups.append(["## Checks for your tests", f"From `{for_tests.__name__}`; [what they find](checks.md)."])
    groups[-1] += [described(name, getattr(for_tests, name)) for name in for_tests.__all__]
    return PLUGIN_API.format(
        names="\n\n".join(part for group in groups for part in group),
        version=for_plugins.API_VERSION,
        empty=for_plugins.EMPTY,
    )


def checks_page() -> str:
    """Every finding of a check, by what is looked at."""
    about = {listed.about: [] for listed in CODES.values()}
    for listed in CODES.values():
        number = f" The number: {listed.number}." if listed.number else ""
        said = _marked(f"{listed.level.capitalize()}.{number} {_sentence(listed.why)} Try: {listed.hint}.")
        about[listed.about].append(f"### {listed.code}\n\n{fill(said, 110, break_on_hyphens=False)}")
    return CHECKS.format(**{what: "\n\n".join(entries) for what, entries in about.items()})


def alarms_page() -> str:
    """Every alarm."""
    told = [listed for listed in CODES.values() if listed.alarm]
    rows = [table_row((f"`{each.code}`", each.alarm, *map(_marked, (each.why, each.hint)))) for each in told]
    return ALARMS.format(rows="\n".join(rows))


def _marked(text: str) -> str:
    """With what is code marked as such: names with an underscore, and calls."""
    return re.sub(r"(?<![`\w.])(?:\w[\w.]*_[\w.]*\w(?:\([^)]*\))?|[\w.]+\([^)]*\))", r"`\g<0>`", text)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _help(*command: str) -> str:
    result = CliRunner().invoke(
        retro_gamer, [*command, "--help"], prog_name="retro-gamer", terminal_width=90, catch_exceptions=False
    )
    return f"```text\n{result.stdout.rstrip()}\n```"


def _table(rows: Iterable[SettingRow]) -> str:
    lines = ["| key | default | typical | meaning |", "|---|---|---|---|"]
    for row in rows:
        default = f"`{row.default}`" if row.default else ""
        meaning = f"{row.meaning[:1].upper()}{row.meaning[1:].removesuffix('.')}."
        cells = (f"`{row.name}`", default, row.typical, meaning)
        lines.append(table_row(cells))
    return "\n".join(lines)


PAGES = {
    "checks.md": checks_page,
    "alarms.md": alarms_page,
    "commands.md": commands_page,
    "configuration.md": configuration_page,
    "python.md": python_page,
    "plugin-api.md": plugin_api_page,
}


def main(arguments: list[str]) -> int:
    configure(only=())  # what else is installed on this computer does not belong on the page
    stale = []
    for name, page in PAGES.items():
        path, text = REFERENCE / name, page()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8", newline="\n")
    if stale and "--check" in arguments:
        print(f"out of date: {', '.join(stale)}; run: python docs/generate.py", file=sys.stderr)
        return 1
    print(f"written: {', '.join(stale)}" if stale else "up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
