"""docs/reference/checks.md and the code name the same findings, and no check is without a test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import retro_gamer_core.checks
from retro_gamer_core.finding_codes import CODES, LEVELS
from retro_gamer_core.findings import Finding, Findings
from retro_gamer_core.training import alarms
from retro_gamer_core.training.alarms import ALARMS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def codes_in_the_program(*files: Path) -> set[str]:
    """Every text in these modules, or in those of the checks, that is a code."""
    found: set[str] = set()
    for file in files or Path(retro_gamer_core.checks.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in CODES:
                found.add(node.value)
    return found


def test_every_code_is_said_where_it_can_be_found_out():
    in_checks, in_alarms = codes_in_the_program(), codes_in_the_program(Path(alarms.__file__))
    once = {alarm.__name__.replace("_", "-") for alarm in ALARMS}
    assert in_alarms == once == {code for code, listed in CODES.items() if listed.alarm}
    in_training_only = {code for code, listed in CODES.items() if listed.about == "training"}
    assert in_checks | in_alarms == set(CODES)
    assert in_alarms - in_training_only == {
        "reward-never-seen", "reward-always-same", "exploration-outlasts-run", "learning-never-starts"
    }  # fmt: skip


def test_the_pages_and_the_program_name_the_same_codes():
    """The pages are made of the list; a test of the docs holds that they are up to date."""
    explained = re.findall(r"^### ([a-z-]+)$", (REFERENCE / "checks.md").read_text("utf-8"), re.MULTILINE)
    assert explained == [code for code, listed in CODES.items() if listed.about != "training"]


def test_a_code_is_words_with_dashes_and_says_why_and_what_to_try():
    for code, listed in CODES.items():
        assert re.fullmatch("[a-z]+(-[a-z]+)+", code)
        assert listed.why and listed.hint and listed.level in LEVELS


def test_every_code_is_found_in_a_test():
    files = Path(__file__).parent.glob("test_*_check*.py")
    also = (
        Path(__file__).with_name("test_check_command.py"),
        Path(__file__).parents[1] / "training/test_alarms.py",
    )
    tests = "".join(file.read_text(encoding="utf-8") for file in [*files, *also])
    assert {code for code in CODES if f'"{code}"' not in tests} == set()


def test_findings_come_the_worst_first_and_count_themselves():
    found = [Finding("some-code", level, None, "", "", level) for level in reversed(LEVELS)]
    findings = Findings("the game pong", tuple(found))
    assert [finding.level for finding in findings] == list(LEVELS)
    assert "1 problem, 1 warning, 1 note" in str(findings)
    assert len(findings.at_least("warning")) == 2
