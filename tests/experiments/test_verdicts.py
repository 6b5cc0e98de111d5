"""What is said of results: sentences, tables for spreadsheets and programs, and a window of 80 columns."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_experiments.command import experiment as command
from retro_gamer_experiments.experiment_directory import ExperimentDirectory, PlannedRun, Result
from retro_gamer_experiments.planning import Base, plan_of, prepare_runs
from retro_gamer_experiments.variations import setting_values
from retro_gamer_experiments.verdict import Verdict, in_figures, table_of_results, verdict_of

GAMES = 20


def result_of(planned: PlannedRun, mean: float) -> Result:
    values = mean + np.linspace(-1.0, 1.0, GAMES)
    return Result(
        planned.name, planned.arm.name, planned.seed, "best.pt", 70, 900, 3.0, tuple(values.tolist()), 12.0
    )


def judged(
    base: Path, scores: Mapping[float, Sequence[float | None]], reasons: Mapping[str, str] | None = None
) -> Verdict:
    """The verdict where the runs of each gamma reached these scores, by seed; None of a run that has no result."""
    read = Base.of(RunDirectory(base))
    axis = setting_values("training.gamma", list(scores))
    plan, texts = plan_of(
        read, [axis], seeds=len(next(iter(scores.values()))), turns=900, seconds=None, games=GAMES
    )
    directory = ExperimentDirectory("experiments/gamma")
    with directory.hold():
        directory.write_plan(plan)
        prepare_runs(directory, plan, texts)
        for planned in plan.runs():
            mean = scores[planned.arm.changes["training.gamma"]][planned.seed - 1]
            if mean is not None:
                directory.write_result(planned, result_of(planned, mean))
    return verdict_of(directory, reasons or {})


CLEAR = {0.9: [1000.0, 1100, 950, 1200, 1050], 0.99: [1400.0, 1450, 1380, 1700, 1500]}
UNCLEAR = {0.9: [1000.0, 1100, 950, 1200, 1050], 0.99: [1100.0, 1050, 1200, 1100, 1090]}


def test_a_clear_difference(base):
    verdict = judged(base, CLEAR)
    assert verdict.sentences == ["0.99 is better than 0.9: +426 [361, 491], 5 seeds"]
    assert judged(base, {0.99: CLEAR[0.99], 0.9: CLEAR[0.9]}).sentences == [
        "0.9 is worse than 0.99: -426 [-491, -361], 5 seeds"
    ]


def test_no_clear_difference_and_how_many_seeds_would_tell(base):
    [sentence] = judged(base, UNCLEAR).sentences
    assert sentence == (
        "cannot tell 0.99 from 0.9: +48 [-111, 207], 5 seeds; the difference is not larger than luck; about 58 more "
        "seeds would tell"
    )


def test_several_settings_are_each_compared_with_the_first_by_wider_intervals(base):
    two = judged(base, CLEAR).comparisons[0].difference.interval
    verdict = judged(base, {**CLEAR, 0.5: CLEAR[0.9][::-1]})
    assert [(each.label, each.against) for each in verdict.comparisons] == [("0.99", "0.9"), ("0.5", "0.9")]
    wider = verdict.comparisons[0].difference.interval
    assert wider[0] < two[0] and wider[1] > two[1]
    assert verdict.sentences[2].startswith("2 comparisons: each interval is made so much wider")


def test_runs_that_failed_count_for_nobody(base):
    verdict = judged(
        base, {0.9: [1.0, None, 3.0, 1.0], 0.99: [9.0, 8.0, None, 9.0]}, {"1-gamma=0.9-seed2": "hole"}
    )
    assert verdict.comparisons[0].difference.pairs == 2
    assert "give 3 seeds or more" in verdict.sentences[0]
    assert verdict.sentences[1].endswith("hole") and "0.9, seed 2 failed" in verdict.sentences[1]


def test_where_no_seed_has_both_there_is_nothing_to_compare(base):
    nothing = judged(base, {0.9: [None, 2.0], 0.99: [9.0, None]})
    assert nothing.sentences == ["cannot tell 0.99 from 0.9: no seed has a result of both"]
    assert nothing.to_dict()["comparisons"][0]["verdict"] == "cannot tell"


def test_tables_for_spreadsheets_and_programs(base):
    verdict = judged(base, CLEAR)
    rows = list(csv.DictReader(table_of_results(verdict).splitlines()))
    assert [(row["setting"], row["seed"], float(row["mean"])) for row in rows[:2]] == [
        ("0.9", "1", pytest.approx(1000)),
        ("0.9", "2", pytest.approx(1100)),
    ]
    shown = CliRunner().invoke(command, ["experiments/gamma", "--json"])
    told = json.loads(shown.stdout)
    assert (told["schema"], told["experiment"]) == (1, os.fspath(Path("experiments/gamma")))
    [comparison] = told["comparisons"]
    assert (comparison["verdict"], comparison["seeds"], comparison["more_seeds"]) == ("better", 5, None)
    assert comparison["interval"] == pytest.approx(
        [360.9, 491.1], abs=0.1
    )  # t is 2.601 for 94 % and 4 degrees
    assert [arm["changes"] for arm in told["arms"]] == [{"training.gamma": 0.9}, {"training.gamma": 0.99}]
    assert told["arms"][1]["runs"]["4"] == pytest.approx(1700)


def test_one_seed_each_is_told_in_json_that_every_program_reads(base):
    judged(base, {0.9: [1.0], 0.99: [2.0]})
    shown = CliRunner().invoke(command, ["experiments/gamma", "--json"])
    assert json.loads(shown.stdout, parse_constant=pytest.fail)["comparisons"][0]["interval"] == [None, None]
    assert "[?, ?], 1 seed; give 3 seeds or more" in CliRunner().invoke(command, ["experiments/gamma"]).stdout


def test_a_damaged_result_is_no_result_and_a_damaged_plan_is_explained(base):
    verdict = judged(base, CLEAR)
    directory = ExperimentDirectory(verdict.directory)
    first, second, *_ = verdict.plan.runs()
    (directory.run(first) / "result.json").write_text('{"values": ["a"', encoding="utf-8")
    assert directory.result(first) is None and directory.result(second) is not None
    (verdict.directory / "plan.json").write_text("{}", encoding="utf-8")
    shown = CliRunner().invoke(command, ["experiments/gamma"])
    assert shown.exit_code == 1 and "plan.json cannot be read" in str(shown.exception)


@pytest.mark.parametrize(
    ("value", "figures"),
    [
        (412.4, "+412"),
        (41.24, "+41.2"),
        (4.124, "+4.12"),
        (0.0412, "+0.041"),
        (0.0, "0"),
        (-1234.5, "-1,234"),
    ],
)
def test_three_figures_are_enough(value, figures):
    assert in_figures(value, sign=True) == figures


def test_all_of_it_fits_a_window_of_80_columns(base, place):
    pytest.importorskip("pty", reason="Windows has no pseudo terminals")
    from agents_in_games.terminals import Terminal
    from cli.test_screens import rows_of

    judged(base, {**UNCLEAR, 0.5: [999.0] * 5})
    terminal = Terminal(
        [sys.executable, "-m", "retro_gamer_core.cli", "experiment", "experiments/gamma"],
        cwd=place,
        columns=80,
        rows=24,
    )
    try:
        assert terminal.wait() == 0
    finally:
        terminal.close()
    rows = rows_of(terminal.shown.rstrip())
    assert len(rows) <= 24 and all(len(row) <= 80 for row in rows), "\n".join(rows)
    assert any(row.startswith("cannot tell 0.99 from 0.9: ") for row in rows)
    assert any("retro-gamer experiment experiments/gamma --seeds " in row for row in rows)
