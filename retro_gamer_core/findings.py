"""What a check or an alarm says: a code, what was measured, why it matters and what to try; and all that was found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from retro_gamer_core.errors import Problem
from retro_gamer_core.finding_codes import CODES, LEVELS, Level


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing.

    Args:
        code: short, and the same for ever: ``"reward-rare"``. docs/reference/checks.md lists them all.
        what: what was found, in a sentence that holds the number.
        number: what was counted or measured; None where nothing was.
        why: why it matters.
        hint: what to try.
        level: ``"problem"``: it cannot work like this. ``"warning"``: it will hardly be what was meant.
            ``"note"``: it may well be meant.
    """

    code: str
    what: str
    number: float | None
    why: str
    hint: str
    level: Level = "warning"

    @property
    def page(self) -> str:
        """Where the documentation says more."""
        return f"docs/reference/checks.md#{self.code}"

    def to_dict(self) -> dict[str, Any]:
        """For programs."""
        return {**vars(self), "page": self.page}

    def __str__(self) -> str:
        lines = [f"{self.level.capitalize()}: {self.what} ({self.code})"]
        lines += [f"  why:   {self.why}"] if self.why else []
        lines += [f"  try:   {self.hint}"] if self.hint else []
        return "\n".join([*lines, f"  more:  {self.page}"])


def finding(
    code: str,
    what: str,
    number: float | None = None,
    *,
    level: Level | None = None,
    why: str = "",
    hint: str = "",
) -> Finding:
    """A finding with this code; what is left out is what the list of codes says."""
    listed = CODES[code]
    return Finding(code, what, number, why or listed.why, hint or listed.hint, level or listed.level)


def finding_of(
    code: str, problem: Problem, number: float | None = None, *, level: Level | None = None
) -> Finding:
    """A problem that was met elsewhere, as a finding with this code."""
    what = f"{problem.what} ({problem.where})" if problem.where else problem.what
    return finding(code, what, number, level=level, why=problem.why, hint=problem.hint)


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
