from retro_gamer_core import EpisodeFinished
from retro_gamer_core.testing import check_logger

from retro_gamer_spreadsheet.logger import Spreadsheet


def test_it_does_what_every_logger_must():
    check_logger("spreadsheet", quick=True).assert_ok(level="warning")


def test_numbers_as_many_countries_write_them(tmp_path):
    logger = Spreadsheet(tmp_path, decimal_comma=True)
    logger.episode_finished(EpisodeFinished(1, -2.5, 40, 0.99, None, "game over", 40))
    logger.training_finished(None)
    assert (tmp_path / "training.csv").read_text(encoding="utf-8").splitlines() == [
        "episode;reward;turns;random_keys;loss;ended",
        "1;-2,5;40;0,99;;game over",
    ]
