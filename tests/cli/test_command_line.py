"""The command as a whole: help, version, unknown commands, exit codes, and how it prints."""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

COMMANDS = ("list", "plugins", "create", "train", "play", "evaluate", "info", "clean")

#: Loaded by none of the commands that are to answer at once.
HEAVY = {"torch", "numpy", "rich", "tomlkit", "retro"}


def test_the_installed_script_runs():
    script = shutil.which("retro-gamer", path=str(Path(sys.executable).parent))
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"retro-gamer {version('retro-gamer')}\n"


def test_the_package_runs_as_a_module(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "retro_gamer", "--version"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout == f"retro-gamer {version('retro-gamer')}\n"


def test_the_version_is_the_same_beside_another_option(retro_gamer):
    assert retro_gamer("--strict-plugins", "--version").out == f"retro-gamer {version('retro-gamer')}\n"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command_and_how_to_begin(retro_gamer, flag):
    ended = retro_gamer(flag)
    assert ended.code == 0
    assert all(f"\n  {command} " in ended.out for command in COMMANDS)
    assert "retro-gamer create --game" in ended.out


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(retro_gamer, command):
    ended = retro_gamer(command, "--help")
    assert ended.code == 0
    assert f"Usage: retro-gamer {command}" in ended.out


def test_a_misspelt_command_names_the_nearest(retro_gamer):
    ended = retro_gamer("lsit")
    assert ended.code == 2
    assert "did you mean 'list'?" in ended.err
    assert ended.out == ""


def test_a_wrong_option_is_wrong_usage(retro_gamer):
    ended = retro_gamer("list", "--jsn")
    assert ended.code == 2
    assert "--json" in ended.err


@pytest.mark.parametrize("command", ["info", "clean"])
def test_a_run_that_is_not_there_names_the_nearest(retro_gamer, make_run, command):
    make_run("runs/snake")
    ended = retro_gamer(command, "runs/snaek")
    assert ended.code == 1
    assert str(Path("runs", "snake")) in ended.err
    assert "Traceback" not in ended.err


def test_a_command_of_a_plugin_is_listed_and_runs(retro_gamer, install):
    plugin = """\
        from retro_gamer_core import Command, hookimpl

        @hookimpl
        def retro_gamer_commands():
            yield Command("greet", "Say hello.", "greeting_command:greet")
    """
    command = "import click\n\n@click.command()\ndef greet():\n    click.echo('hello')\n"
    files = {"greeting.py": plugin, "greeting_command.py": command}
    install("greeting", "1.0", {"retro_gamer": {"greeting": "greeting"}}, files)
    assert re.search(r"^  greet +Say hello\. \[greeting\]$", retro_gamer("--help").out, re.MULTILINE)
    assert retro_gamer("greet").out == "hello\n"


@pytest.mark.parametrize(
    "command",
    ["--help", "--version", "list", "list --json", "plugins", "info runs/snake"]
    + [f"{command} --help" for command in COMMANDS],
)
def test_nothing_heavy_is_imported(tmp_path, environment, trained_run, command):
    program = (
        "import atexit, sys\n"
        "from retro_gamer_core.cli import main\n"
        "atexit.register(lambda: print('modules:', *sys.modules, file=sys.stderr))\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *command.split()],
        cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    imported = set(done.stderr.rpartition("modules:")[2].split())
    assert done.returncode == 0
    assert "retro_gamer_core.cli" in imported
    assert not imported & HEAVY


def test_version_does_not_even_import_click(tmp_path, environment):
    program = "import sys\nfrom retro_gamer_core.cli import main\nmain()\nprint('click' in sys.modules)\n"
    command = [sys.executable, "-c", program, "--version"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout.endswith("\nFalse\n")


@pytest.mark.parametrize("command", ["list", "plugins", "info runs/snake", "clean runs/snake --dry-run"])
def test_what_is_piped_has_no_escape_codes(retro_gamer, trained_run, command):
    ended = retro_gamer(*command.split())
    assert ended.code == 0
    assert "\x1b" not in ended.out + ended.err


def test_what_was_asked_for_and_what_to_do_next_go_different_ways(retro_gamer):
    ended = retro_gamer("list")
    assert "snake" in ended.out
    assert "Next:" not in ended.out
    assert ended.err.startswith("\nNext: retro-gamer create --game ")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals in Python")
class TestOnATerminal:
    def test_headings_stand_out_unless_no_color_is_set(self, on_terminal):
        assert "\x1b[1m" in on_terminal("list")
        assert "\x1b" not in on_terminal("list", NO_COLOR="1")
        assert "\x1b" not in on_terminal("list", TERM="dumb")

    def test_long_texts_are_wrapped_between_words_and_whole(self, on_terminal, retro_gamer):
        ended = retro_gamer("plugins")
        piped = ended.out + ended.err.partition("\nNext:")[0]
        shown = on_terminal("plugins", COLUMNS="90", NO_COLOR="1").partition("\nNext:")[0]
        assert max(map(len, piped.splitlines())) > 90
        assert max(map(len, shown.splitlines())) <= 90
        assert sorted(shown.split()) == sorted(piped.split())


@pytest.fixture
def on_terminal(tmp_path, environment):
    """Run a command with standard output and error on a terminal; gives all it printed."""
    import pty

    def on_terminal(*arguments: str, **more_environment: str) -> str:
        terminal, its_end = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "retro_gamer_core.cli", *arguments],
            cwd=tmp_path, env={**environment, **more_environment},
            stdin=subprocess.DEVNULL, stdout=its_end, stderr=its_end,
        )  # fmt: skip
        os.close(its_end)
        printed = b""
        try:
            while some := os.read(terminal, 4096):
                printed += some
        except OSError:  # how Linux says that the other side is gone
            pass
        os.close(terminal)
        assert process.wait() == 0
        return printed.decode("utf-8").replace("\r\n", "\n")

    return on_terminal


@pytest.mark.skipif(os.name == "nt", reason="uses a pipe of the shell")
def test_a_reader_that_has_seen_enough_causes_no_traceback(tmp_path, environment):
    command = f"{sys.executable} -m retro_gamer_core.cli plugins | head -n 1"
    done = subprocess.run(command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout == "Plugins\n"
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
