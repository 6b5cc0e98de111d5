"""For a class: policy files of many students, judged in the same games."""

from retro_gamer_core import Command, hookimpl


@hookimpl
def retro_gamer_commands():
    yield Command("league", "Rank policy files, all in the same games.", "retro_gamer_class.league:league")
    yield Command("grade", "Say whether a policy file reaches a bar.", "retro_gamer_class.grade:grade")
