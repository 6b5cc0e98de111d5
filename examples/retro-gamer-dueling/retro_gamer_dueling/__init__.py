from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_networks():
    yield Part(
        "dueling",
        "Guesses how good a situation is, and apart from that what each action adds to it.",
        "retro_gamer_dueling.network:Dueling",
        options="retro_gamer_dueling.settings:Settings",
        in_numpy="retro_gamer_dueling.in_numpy:dueling",
        needs=("torch",),
    )
