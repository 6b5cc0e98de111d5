from retro_gamer_core import Option, Part, hookimpl


@hookimpl
def retro_gamer_networks():
    yield Part(
        "dueling",
        "Guesses how good a situation is, and apart from that what each action adds to it.",
        "retro_gamer_dueling.network:Dueling",
        options=(Option("neurons", 128, "int", "How many neurons the hidden layer has.", low=1),),
        in_numpy="retro_gamer_dueling.in_numpy:dueling",
        needs=("torch",),
    )
