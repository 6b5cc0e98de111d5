from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_wrappers():
    yield Part(
        "closer",
        "Rewards each step towards the nearest of one character.",
        "retro_gamer_closer.wrapper:Closer",
    )
