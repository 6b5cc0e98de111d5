"""How a command ends: an exit code for scripts, and for people one clear message on standard error."""

from __future__ import annotations

import io
import signal
import sys
import threading

import click

from retro_gamer_core.errors import RetroGamerError
from retro_gamer_core.terminal.printing import warn

FAILED = 1
CHECK_FAILED = 3
INTERRUPTED = 130


def run_and_exit(command: click.Command) -> None:
    """Run ``command`` with the arguments of the process, and exit.

    0 fine · 1 something to put right · 2 wrong usage · 3 a check found problems · 4 the code of a game or
    plugin failed · 130 interrupted, and saved.
    """
    _end_as_with_ctrl_c()
    try:
        code = command.main(prog_name="retro-gamer", standalone_mode=False)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(file=shown)
        warn(shown.getvalue().rstrip())
        code = error.exit_code
    except SystemExit as left:  # how click ends where nobody reads on what it prints itself
        if not isinstance(left.__context__, BrokenPipeError):
            raise
        code = 0
    except click.exceptions.Exit as exit_:
        code = exit_.exit_code
    except (click.Abort, KeyboardInterrupt) as stopped:
        asked = isinstance(stopped, click.Abort) and stopped.__cause__ is None
        warn("\nStopped." if asked else "Stopped.")  # click ends the line, but not behind a question
        code = INTERRUPTED
    except Exception as error:
        told = error if isinstance(error, RetroGamerError) else None
        if told is None and isinstance(error, OSError):
            told = _refused(error)
        elif _strict():
            raise
        told = told or _their_mistake(error) or _our_mistake()
        warn(f"Error: {told}")
        code = told.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _end_as_with_ctrl_c() -> None:
    """Let a polite kill, and a terminal that is closed, end a command so that all is put back first."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup ignores SIGHUP
            signal.signal(number, signal.default_int_handler)


def _refused(error: OSError) -> RetroGamerError:
    reason = ": ".join(map(str, filter(None, (error.strerror, error.filename)))) or error
    hint = "look for a full disk, or a place you may not write to"
    if isinstance(error, PermissionError):
        hint = "work in a directory of your own, where you may write"
    return RetroGamerError(f"the system refused: {reason}", hint=hint)


def _strict() -> bool:
    """Whether the author of a plugin asked for tracebacks."""
    try:
        from retro_gamer_core.plugins.registry import installed_plugins

        return installed_plugins().strict
    except Exception:  # what went wrong may be just that, and must not hide itself
        return False


def _their_mistake(error: Exception) -> RetroGamerError | None:
    """The error of a plugin or of a file of one's own, if it is one."""
    try:
        from retro_gamer_core.plugins.blame import blamed
        from retro_gamer_core.plugins.registry import installed_plugins

        return blamed(error, installed_plugins())
    except Exception:  # finding that out must not hide what happened
        return None


def _our_mistake() -> RetroGamerError:
    """Keep the traceback in a file and say where: it helps us, and nobody else needs to read it."""
    import tempfile  # slow to import, and hardly ever needed
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", prefix="retro-gamer-error-", suffix=".txt", delete=False
    ) as report:
        traceback.print_exc(file=report)
    last = traceback.format_exc().strip().splitlines()[-1]
    return RetroGamerError(
        f"something went wrong inside retro-gamer that nobody foresaw: {last}",
        why="this is our mistake, not yours; everything saved before is still there",
        hint=f"send us the details, which are in {report.name}",
    )
