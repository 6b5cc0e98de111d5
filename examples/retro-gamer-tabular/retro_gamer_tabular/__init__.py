from retro_gamer_core import Part, hookimpl


@hookimpl
def retro_gamer_learners():
    yield Part(
        "tabular",
        "Q-learning with a table: for games in which few things can be seen.",
        "retro_gamer_tabular.learner:Tabular",
    )
