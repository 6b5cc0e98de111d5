"""The page as one file: the template filled in with the data, its style and its script inside it.

Nothing on it is fetched from anywhere, and its content security policy lets nothing be. What games and people name
things is text: jinja2 escapes it, and the script makes elements, never markup.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from retro_gamer_core.distributions import own_version

MARK = "retro-gamer report"
"""What a page that ``report`` made says of itself in ``<meta name="generator">``."""

PARTS = (
    ("curve", "How it learned"),
    ("game", "A game, turn by turn"),
    ("reel", "Growth"),
    ("map", "A map of the board"),
    ("rewards", "What it was rewarded for"),
    ("alarms", "Alarms"),
    ("prediction", "The prediction"),
    ("settings", "Settings, parts, versions"),
    ("questions", "Questions to discuss"),
)

_SCRIPTS = ("dom.js", "charts.js", "player.js", "page.js")


def page(data: Mapping[str, Any], *, live: bool = False) -> str:
    """The whole page, as HTML.

    Args:
        data: what ``PageSource`` gathered.
        live: whether it asks the server that it came from for newer data.
    """
    script = "\n".join(map(asset, _SCRIPTS))
    return self_contained(
        asset("page.html"),
        asset("page.css"),
        script,
        data,
        live=live,
        run=data["run"],
        parts=PARTS,
        mark=MARK,
    )


def self_contained(
    template: str, style: str, script: str, data: Any, *, live: bool = False, **values: Any
) -> str:
    """A template of jinja2 with everything inside it: style, script and data, which stand under these names."""
    from jinja2 import Environment
    from markupsafe import Markup

    return (
        Environment(autoescape=True)
        .from_string(template)
        .render(
            policy=_content_policy(style, script, live=live),
            version=own_version(),
            style=Markup(style),
            script=Markup(script),
            data=Markup(json_in_html(data)),
            **values,
        )
    )


@cache
def content_policy(*, live: bool) -> str:
    """What the page of a run may do; see ``_content_policy``."""
    return _content_policy(asset("page.css"), "\n".join(map(asset, _SCRIPTS)), live=live)


def _content_policy(style: str, script: str, *, live: bool) -> str:
    """What a page may do: run its own script and use its own style, by their digests, and ask its own server."""
    rules = {
        "default-src": "'none'",
        "script-src": _digest(script),
        "style-src": _digest(style),
        "img-src": "data:",
        "connect-src": "'self'" if live else "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{what} {allowed}" for what, allowed in rules.items())


def json_in_html(data: Any) -> str:
    """JSON that can stand inside ``<script>``: nothing in it can end it, or begin a comment there."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")  # half a surrogate pair is shown as one


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@cache
def asset(name: str) -> str:
    """A file of ``page/``, as text."""
    return files(__package__).joinpath("page", name).read_text(encoding="utf-8")
