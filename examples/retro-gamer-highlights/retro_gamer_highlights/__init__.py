from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_memories():
    yield Part(
        "highlights",
        "Draws turns that brought a reward more often, for games where that is rare.",
        "retro_gamer_highlights.memory:Highlights",
    )
