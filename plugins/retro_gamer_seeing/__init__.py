"""What a training looks like: recorded games, and what can be seen in them."""

from retro_gamer_core import Command, Part, hookimpl


@hookimpl
def retro_gamer_loggers():
    yield Part(
        "recordings",
        "Keeps games that were played at moments of the training in recordings/, to be looked at.",
        "retro_gamer_seeing.recordings_writer:RecordingsWriter",
    )


@hookimpl
def retro_gamer_commands():
    yield Command("watch", "Look at a run in the browser while it trains.", "retro_gamer_seeing.watch:watch")
    yield Command("report", "Write the page of a run into one file.", "retro_gamer_seeing.report:report")
    yield Command(
        "plot", "Draw how well runs play, the more they have trained.", "retro_gamer_seeing.plot:plot"
    )
    yield Command("why", "Explain one moment of a game.", "retro_gamer_seeing.why:why")
    yield Command("record", "Make a film of what was learned.", "retro_gamer_seeing.record:record")
