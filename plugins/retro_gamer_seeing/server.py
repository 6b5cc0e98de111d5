"""The server behind ``watch``: one page and its data, for whoever knows the address, on this computer only.

It reads files and writes none. The address holds a token that nobody can guess; without it, or under another host
name (a page elsewhere may have been told that its name means this computer), there is nothing to be had.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from retro_gamer_seeing.page_source import PageSource
from retro_gamer_seeing.rendering import content_policy, page

HOST = "127.0.0.1"
EVERY = 1000
"""Milliseconds between two questions of the page for newer data."""

SECONDS_ALONE = 15 * 60.0
"""A server whose page nobody has looked at for so long ends. A page in the background asks once a minute at least."""


class PageServer(ThreadingHTTPServer):
    """Serves the page of a run until ``shutdown``, or until nobody has asked for ``seconds_alone``.

    Args:
        source: the data.
        port: where; 0 for any that is free.
        seconds_alone: how long it waits for somebody.

    Raises:
        OSError: the port is taken.
    """

    daemon_threads = True
    allow_reuse_address = False  # on Windows, two servers could then have one port

    def __init__(self, source: PageSource, port: int = 0, *, seconds_alone: float = SECONDS_ALONE) -> None:
        self.source = source
        self.token = secrets.token_urlsafe(32)
        self._invitation: str | None = None
        self.asked_at = monotonic()
        self._seconds_alone = seconds_alone
        self.left_alone = False
        super().__init__((HOST, port), _Handler)
        self._gathering = threading.Thread(target=self._gather, daemon=True)
        self._stopped = threading.Event()

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{HOST}:{self.server_port}/{self.token}/"

    def invitation(self) -> str:
        """An address that leads to the page once: others on this computer see what a browser is started with."""
        self._invitation = secrets.token_urlsafe(32)
        return f"http://{HOST}:{self.server_port}/{self._invitation}/"

    def accepts(self, invitation: str) -> bool:
        """Whether this is the invitation; it is used up then."""
        waiting, is_it = self._invitation, False
        if waiting is not None and (is_it := secrets.compare_digest(invitation.encode(), waiting.encode())):
            self._invitation = None
        return is_it

    def serve_forever(self, poll_interval: float = 0.2) -> None:
        self._gathering.start()
        try:
            super().serve_forever(poll_interval)
        finally:
            self._stopped.set()

    def service_actions(self) -> None:
        if monotonic() - self.asked_at > self._seconds_alone and not self.left_alone:
            self.left_alone = True
            threading.Thread(target=self.shutdown, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle of an answer is no error of anybody's."""

    def _gather(self) -> None:
        """Play recorded games again, as they come. Games run in this thread and in no other."""
        while not self._stopped.wait(1.0):
            with suppress(Exception):  # a file that is being written; the next time, then
                for _ in self.source.gather():
                    if self._stopped.is_set():
                        return


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "retro-gamer", ""
    timeout = 30

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        token, _, what = address.path.removeprefix("/").partition("/")
        if not self._is_for_us():
            self._refuse()
        elif self.server.accepts(token):
            self._answer(HTTPStatus.SEE_OTHER, "text/plain", "", {"Location": self.server.address})
        elif not secrets.compare_digest(token.encode(), self.server.token.encode()):
            self._refuse()
        else:
            self._give(what, address.query)

    def _refuse(self) -> None:
        self._answer(
            HTTPStatus.FORBIDDEN, "text/plain", "403: this page needs the address that watch printed.\n"
        )

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _refuse  # it is only looked at

    def _give(self, what: str, query: str) -> None:
        self.server.asked_at = monotonic()
        if what == "":
            data = {**(self.server.source.data() or {}), "live": {"every": EVERY}}
            self._answer(HTTPStatus.OK, "text/html", page(data, live=True))
        elif what == "data.json":
            self._newer(parse_qs(query).get("since", ["-1"])[0])
        else:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", "404: there is nothing of that name here.\n")

    def _newer(self, since: str) -> None:
        data = self.server.source.data(int(since) if since.isdecimal() and len(since) < 16 else -1)
        if data is None:
            self._answer(HTTPStatus.NO_CONTENT, "application/json", "")
        else:
            text = json.dumps({**data, "live": {"every": EVERY}}, allow_nan=False)
            self._answer(HTTPStatus.OK, "application/json", text)

    def _is_for_us(self) -> bool:
        return self.headers.get("Host") in {
            f"{name}:{self.server.server_port}" for name in (HOST, "localhost")
        }

    def _answer(
        self, status: HTTPStatus, kind: str, text: str, headers: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        content = text.encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", f"{content_policy(live=True)}; frame-ancestors 'none'")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        for name, value in headers.items():
            self.send_header(name, value)
        self.close_connection = status == HTTPStatus.FORBIDDEN  # what else was sent is not read
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the terminal belongs to whoever trains in it."""
