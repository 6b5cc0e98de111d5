import csv
from typing import Annotated

from retro_gamer_core import Option

COLUMNS = ("episode", "reward", "turns", "random_keys", "loss", "ended")
COMMA = Option(
    "0,5 in place of 0.5 and semicolons between columns, as spreadsheets in many countries want it."
)


class Spreadsheet:
    """Writes `training.csv` into the directory of the run."""

    def __init__(self, run_directory, *, decimal_comma: Annotated[bool, COMMA] = False):
        self.decimal_comma = decimal_comma
        self.path = run_directory / "training.csv"
        self.file = None

    def training_started(self, run, choices):
        self._write()

    def episode_finished(self, episode):
        self._write(
            episode.number,
            episode.total_reward,
            episode.turns,
            episode.epsilon,
            episode.average_loss,
            episode.ended,
        )

    def checkpoint_saved(self, checkpoint):
        self.file.flush()

    def note(self, line):
        """Nothing that belongs into a table."""

    def training_finished(self, outcome):
        self._close()

    def state_dict(self):
        """How long the table is: episodes after this will be played again if training is killed."""
        self._close()
        return {"size": self.path.stat().st_size if self.path.exists() else 0}

    def load_state_dict(self, state):
        self._close()
        if self.path.exists() and self.path.stat().st_size > state["size"]:
            with self.path.open("r+b") as file:
                file.truncate(state["size"])

    def _write(self, *values):
        if self.file is None:
            self.file = self.path.open("a", encoding="utf-8", newline="")
        writer = csv.writer(self.file, delimiter=";" if self.decimal_comma else ",", lineterminator="\n")
        if self.file.tell() == 0:
            writer.writerow(COLUMNS)
        if values:
            writer.writerow(map(self._in_a_cell, values))

    def _in_a_cell(self, value):
        if not isinstance(value, float):
            return value
        return f"{value:.6g}".replace(".", "," if self.decimal_comma else ".")

    def _close(self):
        if self.file is not None:
            self.file.close()
            self.file = None
