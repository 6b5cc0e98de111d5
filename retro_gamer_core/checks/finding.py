"""What a check finds: a code, how bad it is, and what, why and what to try. The shape is that of an alarm."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Level = Literal["problem", "warning", "note"]

#: From the worst to the mildest.
LEVELS: tuple[Level, ...] = ("problem", "warning", "note")

_PAGE = "docs/reference/checks.md"


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing.

    Args:
        code: short, and the same for ever: ``"reward-rare"``. docs/reference/checks.md lists them all.
        level: ``"problem"``: it cannot work like this. ``"warning"``: it will hardly be what was meant.
            ``"note"``: it may well be meant.
        what: what was found, in a sentence that holds the number.
        why: why it matters.
        hint: what to try.
        number: what was counted or measured; None where nothing was.
    """

    code: str
    level: Level
    what: str
    why: str
    hint: str
    number: float | None = None

    @property
    def page(self) -> str:
        """Where the documentation says more."""
        return f"{_PAGE}#{self.code}"

    def to_dict(self) -> dict[str, Any]:
        """For programs."""
        return {**vars(self), "page": self.page}

    def __str__(self) -> str:
        lines = [f"{self.level.capitalize()}: {self.what} ({self.code})"]
        lines += [f"  why:   {self.why}"] if self.why else []
        lines += [f"  try:   {self.hint}"] if self.hint else []
        return "\n".join([*lines, f"  more:  {self.page}"])


def problem(code: str, what: str, *, why: str, hint: str, number: float | None = None) -> Finding:
    """It cannot work like this."""
    return Finding(code, "problem", what, why, hint, number)


def warning(code: str, what: str, *, why: str, hint: str, number: float | None = None) -> Finding:
    """It will hardly be what was meant."""
    return Finding(code, "warning", what, why, hint, number)


def note(code: str, what: str, *, why: str, hint: str, number: float | None = None) -> Finding:
    """It may well be meant."""
    return Finding(code, "note", what, why, hint, number)


@dataclass(frozen=True)
class Findings(Sequence[Finding]):
    """All that was found of one thing, the worst first.

    Args:
        thing: what was checked, as in ``"the game snake"``.
        found: the findings.
        looked_at: sentences on how much was looked at, and figures worth knowing.
        left_out: sentences on what was not looked at, and why.

    Example::

        check_game(create_game).assert_ok()
    """

    thing: str
    found: tuple[Finding, ...] = ()
    looked_at: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        found = sorted(self.found, key=lambda finding: LEVELS.index(finding.level))
        object.__setattr__(self, "found", tuple(found))

    def __len__(self) -> int:
        return len(self.found)

    def __getitem__(self, index: Any) -> Any:
        return self.found[index]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.found)

    @property
    def codes(self) -> list[str]:
        """The code of each finding."""
        return [finding.code for finding in self.found]

    def at_least(self, level: Level) -> list[Finding]:
        """Those of this level, and worse ones."""
        return [finding for finding in self.found if LEVELS.index(finding.level) <= LEVELS.index(level)]

    def assert_ok(self, *, allow: Collection[str] = (), level: Level = "problem") -> None:
        """Fail, with all of it in words, if anything of this level or worse was found.

        Args:
            allow: codes that are fine here.

        Raises:
            AssertionError: naming every such finding.
        """
        found = [finding for finding in self.at_least(level) if finding.code not in allow]
        if found:
            raise AssertionError("\n\n".join([f"{self.thing}: {in_numbers(found)}", *map(str, found)]))

    def __str__(self) -> str:
        left_out = [f"Not looked at: {sentence}" for sentence in self.left_out]
        return "\n\n".join([f"{self.thing}: {in_numbers(self)}", *map(str, self.found), *left_out])


def in_numbers(findings: Sequence[Finding]) -> str:
    """``1 problem, 2 warnings``."""
    counts = [(level, sum(finding.level == level for finding in findings)) for level in LEVELS]
    return (
        ", ".join(f"{count} {level}{'s' * (count > 1)}" for level, count in counts if count) or "all is well"
    )
