from retro_gamer_core import Option, Part, hookimpl


@hookimpl
def retro_gamer_encoders():
    yield Part(
        "nearest",
        "Shows no board, only where the nearest of each character is.",
        "retro_gamer_nearest.encoder:Nearest",
        options=(
            Option("far", 8, "int", "How many cells away is far. Whatever is farther looks alike.", low=1),
        ),
    )
