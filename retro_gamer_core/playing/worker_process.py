"""Another Python process that answers questions, for work that need not hold up this one.

A fresh Python is started, not a copy of this process, and the program that is running is not imported
in it, as ``multiprocessing`` would: a student's script may train as soon as it is imported. Questions
and answers are pickles in its standard input and output; that costs 40 microseconds for one turn of
sixteen games, and shared memory would save six of them.

The process never outlives the one that asks, even if that is killed: then its input is closed.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO
from weakref import finalize

from retro_gamer_core.errors import GameError, PluginError, RetroGamerError
from retro_gamer_core.plugins.diagnosis import in_words
from retro_gamer_core.plugins.own_code import directories, look_in

#: How long the process may go on with what it is doing once nobody waits for it any more.
_SECONDS_TO_END = 2.0

_START = (
    "import json, sys; sys.path[:], own = json.loads(sys.argv.pop()); "
    f"from {__name__} import answer_questions; answer_questions(own)"
)

# Ctrl-C in a terminal is for the process that asks, which knows when a turn is whole.
_OUT_OF_REACH_OF_CTRL_C: dict[str, Any] = {"process_group": 0}
if sys.platform == "win32":
    _OUT_OF_REACH_OF_CTRL_C = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}

#: Takes a question, which is any number of things that can be pickled; returns the answer, which is one.
Answerer = Callable[..., Any]


class ProcessLost(Exception):
    """The other process is of no use any more; the text says how it ended."""


class WorkerProcess:
    """A Python process with somebody in it who answers questions, one at a time.

    Args:
        make_answerer: called there, once. It is sent there as a pickle, so it must be found by a name.

    It is started by the first question, and ends with this object. What is printed in it is printed here.
    """

    def __init__(self, make_answerer: Callable[[], Answerer]) -> None:
        self._make_answerer = make_answerer
        self._process: Any = None
        self._awaited = False
        self._lost = ""

    def ask(self, *question: Any) -> None:
        """Ask, and do not wait for the answer.

        Raises:
            ProcessLost: there is nobody left to ask.
        """
        if self._awaited:  # whoever asked was interrupted, and the next answer would be to that question
            self._lost = "it was left in the middle of a turn"
        if self._lost:
            raise ProcessLost(self._lost)
        try:
            process = self._process or self._start()
            self._awaited = True
            _send(process.stdin, question)
        except OSError as error:
            raise self._how_it_ended(error) from error

    def answer(self) -> Any:
        """The answer to what was asked, as soon as it is there.

        Raises:
            ProcessLost: the process has ended.
            RetroGamerError: what the answerer raised. Any other error of it becomes a ``GameError``.
        """
        try:
            answer, error, printed, complained = pickle.load(self._process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            raise self._how_it_ended(error) from error
        self._awaited = False
        if printed:
            print(printed, end="")
        if complained:
            print(complained, end="", file=sys.stderr)
        if error is not None:
            raise error
        return answer

    def kill(self) -> None:
        """End it at once, whatever it is doing; whoever waits for its answer hears that it is lost."""
        if self._process is not None:
            self._process.kill()

    def _start(self) -> Any:
        path = json.dumps([[str(place) for place in sys.path], directories()])
        # What changes the meaning of a program: without -O, a game would have its assertions checked.
        # With -P, not even the first imports are looked for in the working directory.
        flags = ["-P"] + ["-O"] * sys.flags.optimize + ["-B"] * sys.dont_write_bytecode
        self._process = subprocess.Popen(
            [sys.executable, *flags, "-c", _START, path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **_OUT_OF_REACH_OF_CTRL_C,
        )
        finalize(self, _end, self._process)
        _send(self._process.stdin, self._make_answerer)
        return self._process

    def _how_it_ended(self, error: Exception) -> ProcessLost:
        self._awaited = False
        if self._process is None:
            self._lost = f"it could not be started: {error}"
        elif (code := _end(self._process)) >= 0:
            self._lost = f"it ended with exit code {code}"
        else:
            self._lost = f"it was ended by signal {-code} ({signal.strsignal(-code)})"
        return ProcessLost(self._lost)


def _end(process: Any) -> int:
    """End the process, politely at first. Returns its exit code."""
    for channel in (process.stdin, process.stdout):
        with suppress(OSError):  # what was not sent yet cannot be sent any more
            channel.close()
    try:
        return process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _send(channel: BinaryIO, message: Any) -> None:
    pickle.dump(message, channel, pickle.HIGHEST_PROTOCOL)
    channel.flush()


# In the second process -------------------------------------------------------------------------


def answer_questions(own_directories: list[str]) -> None:
    """All that the second process does: answer until its input is closed."""
    for directory in reversed(own_directories):
        look_in(directory)
    questions, answers = _take_channels()
    printed, complained = StringIO(), StringIO()
    answer: Answerer | None = None
    make_answerer = pickle.load(questions)
    for question in _incoming(questions):
        answered = error = None
        with redirect_stdout(printed), redirect_stderr(complained):
            try:
                if answer is None:
                    answer = make_answerer()
                answered = answer(*question)
            except BaseException as raised:
                error = _told(raised)
        with suppress(OSError):  # nobody waits any more, and the loop is about to end
            _send(answers, (answered, error, _taken(printed), _taken(complained)))


def _take_channels() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output, out of the way of games that read and print."""
    channels = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return channels


def _incoming(channel: BinaryIO) -> Iterator[Any]:
    """Each question, until the channel is closed. From then on not even a game that never ends keeps this going."""
    waiting: SimpleQueue[Any] = SimpleQueue()

    def read() -> None:
        with suppress(Exception):  # end of file, or what cannot be understood: either way it is over
            while True:
                waiting.put(pickle.load(channel))
        waiting.put(None)
        time.sleep(_SECONDS_TO_END)
        os._exit(1)

    Thread(target=read, daemon=True).start()
    return iter(waiting.get, None)


def _told(error: BaseException) -> RetroGamerError:
    """The same error, of the nearest kind that can be pickled whatever it holds."""
    if not isinstance(error, RetroGamerError):
        traceback.print_exc()
        return GameError(f"the process that plays the games failed: {in_words(error)}")
    kind = next(kind for kind in (GameError, PluginError, RetroGamerError) if isinstance(error, kind))
    return kind(**vars(error.problem))


def _taken(text: StringIO) -> str:
    taken = text.getvalue()
    if taken:
        text.seek(0)
        text.truncate()
    return taken
