"""retro-games on Windows: a stand-in for the one signal that Windows does not have."""

from __future__ import annotations

import signal


def allow_retro_import() -> None:
    """Import ``retro.game`` even where there is no ``SIGWINCH``; call it before anything imports ``retro``.

    retro-games 2.5.0 imports that signal and never uses it. The stand-in is taken away again, since
    other libraries look whether the signal is there before they use it.
    """
    if hasattr(signal, "SIGWINCH"):
        return
    vars(signal)["SIGWINCH"] = 28
    try:
        import retro.game  # noqa: F401
    finally:
        del vars(signal)["SIGWINCH"]
