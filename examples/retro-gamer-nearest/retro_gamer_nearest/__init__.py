from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_encoders():
    yield Part(
        "nearest",
        "Shows no board, only where the nearest of each character is.",
        "retro_gamer_nearest.encoder:Nearest",
    )
