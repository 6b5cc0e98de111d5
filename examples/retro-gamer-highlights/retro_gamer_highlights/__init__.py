from retro_gamer_core import Option, Part, hookimpl


@hookimpl
def retro_gamer_memories():
    yield Part(
        "highlights",
        "Draws turns that brought a reward more often, for games where that is rare.",
        "retro_gamer_highlights.memory:Highlights",
        options=(
            Option(
                "share",
                0.25,
                "float",
                "How much of each batch is drawn from the turns that brought a reward or a punishment.",
                low=0,
                high=0.9,
                typical="0.1 to 0.5",
            ),
        ),
    )
