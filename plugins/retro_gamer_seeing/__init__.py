"""What a training looks like: recorded games, and what can be seen in them."""

from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_loggers():
    yield Part(
        "recordings",
        "Keeps games that were played at moments of the training in recordings/, to be looked at.",
        "retro_gamer_seeing.recordings:RecordingsWriter",
    )
