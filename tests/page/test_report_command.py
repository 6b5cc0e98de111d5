"""``retro-gamer report``: one file, and nothing of anybody's lost."""

from __future__ import annotations

import pytest
from page.invented_run import data_in

LARGEST = 2_000_000


def test_the_report_is_one_file_in_the_run_and_may_be_made_again(retro_gamer, snake_run):
    for _ in range(2):
        done = retro_gamer("report", snake_run)
        assert str(snake_run / "report.html") in done.stdout
    html = (snake_run / "report.html").read_text(encoding="utf-8")
    assert len(html.encode()) < LARGEST
    assert data_in(html)["run"]["game"] == "snake"
    assert "://" not in html.split('<script type="application/json"')[0].replace(
        "http://www.w3.org/2000/svg", ""
    )


def test_what_somebody_else_wrote_stays(retro_gamer, snake_run, tmp_path):
    mine = tmp_path / "essay.html"
    mine.write_text("<p>my essay</p>", encoding="utf-8")
    done = retro_gamer("report", snake_run, "-o", mine, check=False)
    assert done.returncode == 1 and "essay.html is there already" in done.stderr
    assert mine.read_text(encoding="utf-8") == "<p>my essay</p>"
    retro_gamer("report", snake_run, "-o", mine, "--force")
    assert "my essay" not in mine.read_text(encoding="utf-8")


@pytest.mark.parametrize("missing", ["nowhere/report.html"])
def test_a_directory_that_is_not_there_is_told(retro_gamer, snake_run, tmp_path, missing):
    done = retro_gamer("report", snake_run, "-o", tmp_path / missing, check=False)
    assert done.returncode == 1 and "there is no directory" in done.stderr
