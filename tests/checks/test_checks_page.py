"""docs/reference/checks.md and the code name the same findings, and no check is without a test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import retro_gamer_core.checks
from retro_gamer_core.checks.finding import LEVELS, Findings, note, problem, warning
from retro_gamer_core.training.alarms import ALARMS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "checks.md"
_SAYING = {"problem", "warning", "note", "say"}


def codes_in_the_program() -> set[str]:
    """The first argument of each call that says something."""
    found: set[str] = set()
    for file in Path(retro_gamer_core.checks.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SAYING:
                found |= {each.value for each in ast.walk(node.args[0]) if is_code(each)}
    return found


def is_code(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value != "broken"


def test_the_page_and_the_program_name_the_same_codes():
    explained = re.findall(r"^### ([a-z-]+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(explained) == sorted(codes_in_the_program())


def test_a_code_is_words_with_dashes():
    assert all(re.fullmatch("[a-z]+(-[a-z]+)+", code) for code in codes_in_the_program())


def test_every_code_is_found_in_a_test():
    tests = "".join(
        file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*_check*.py")
    )
    tests += (Path(__file__).parent / "test_check_command.py").read_text(encoding="utf-8")
    assert {code for code in codes_in_the_program() if f'"{code}"' not in tests} == set()


def test_where_an_alarm_says_the_same_it_has_the_same_code():
    alarms = {alarm.__name__.replace("_", "-") for alarm in ALARMS}
    both = {"reward-never-seen", "reward-always-same", "exploration-outlasts-run", "learning-never-starts"}
    assert alarms & codes_in_the_program() == both


def test_findings_come_the_worst_first_and_count_themselves():
    say = {"problem": problem, "warning": warning, "note": note}
    found = [say[level]("some-code", level, why="", hint="") for level in reversed(LEVELS)]
    findings = Findings("the game pong", tuple(found))
    assert [finding.level for finding in findings] == list(LEVELS)
    assert "1 problem, 1 warning, 1 note" in str(findings)
    assert len(findings.at_least("warning")) == 2
