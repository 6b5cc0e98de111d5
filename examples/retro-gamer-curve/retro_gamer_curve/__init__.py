from retro_gamer_core import Command, hookimpl


@hookimpl
def retro_gamer_commands():
    yield Command("curve", "Draw the learning curve of a run.", "retro_gamer_curve.command:curve")
