"""The table of all settings, which the documentation is made from."""

from __future__ import annotations

from retro_gamer_core.configuration import settings_table


def test_every_setting_is_explained(plugins):
    rows = settings_table(plugins)
    assert all(row.name and row.meaning for row in rows if row.owner == "" or row.owner == "learner dqn")
    assert len({(row.section, row.name, row.owner) for row in rows}) == len(rows)


def test_a_row_says_where_a_setting_stands_and_whose_it_is(plugins):
    rows = {(row.owner, row.name): row for row in settings_table(plugins)}
    assert rows["", "gamma"].section == "training" and rows["", "gamma"].default == "0.99"
    assert rows["learner dqn", "learning_rate"].section == "training"
    assert rows["network mlp", "hidden_sizes"].default == "[128, 64]"
    assert rows["encoder egocentric", "radius"].default == ""
    assert ("game", "name") in {(row.section, row.name) for row in settings_table(plugins)}
    assert rows["", "actions"].section == "metadata"


def test_the_rows_stand_in_the_order_of_the_file(plugins):
    sections = [row.section.partition(".")[0] for row in settings_table(plugins)]
    assert list(dict.fromkeys(sections)) == [
        "game",
        "metadata",
        "preprocessing",
        "model",
        "training",
        "logging",
        "wrapping",
        "player",
    ]
