"""The built-in loggers: ``training.log`` for people, ``training.jsonl`` for programs."""

from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_loggers():
    yield Part(
        "training_log",
        "Writes what was chosen and how each episode went to training.log, for people.",
        "retro_gamer_loggers.training_log:TrainingLogWriter",
    )
    yield Part(
        "json_lines",
        "Writes every event to training.jsonl, one JSON object a line, for programs.",
        "retro_gamer_loggers.json_lines:JsonLinesWriter",
    )
