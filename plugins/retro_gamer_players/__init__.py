"""Players for any game, from one that presses anything to one that looks ahead: the rungs of ``evaluate --ladder``."""

from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_players():
    yield Part("random", "Presses any key.", "retro_gamer_players.at_random:AtRandom")
    yield Part(
        "careful",
        "Presses any key that does not end the game at once.",
        "retro_gamer_players.at_random:Careful",
    )
    yield Part(
        "look_ahead",
        "Tries in copies of the game what its keys lead to.",
        "retro_gamer_players.look_ahead:LookAhead",
    )
