"""Life-cycle hooks: each plugin is told by itself, and one that fails is told no more."""

from __future__ import annotations

import pytest

from retro_gamer_core.events import Outcome

OUTCOME = Outcome("finished", 7, 400, 1.0)

LISTENER = """
heard = []
@hookimpl
def retro_gamer_training_finished(outcome):
    heard.append(outcome)
    {then}
@hookimpl
def retro_gamer_training_started(run):
    heard.append(run)
"""


@pytest.fixture
def listeners(install, others):
    """Three plugins, of which the middle one does ``then`` when training finishes."""

    def listeners(then: str):
        install("ant-pack", LISTENER.format(then="pass"))
        install("bee-pack", LISTENER.format(then=then))
        install("cat-pack", LISTENER.format(then="pass"))
        return others()

    return listeners


def test_one_that_raises_is_reported_once_and_the_others_go_on(listeners):
    plugins = listeners("1 / 0")
    [line] = plugins.announce("retro_gamer_training_finished", run=None, outcome=OUTCOME)
    assert "bee_pack (bee-pack 1.0)" in line
    assert "retro_gamer_training_finished" in line
    assert "ZeroDivisionError: division by zero" in line
    assert "bee_pack.py:7" in line
    assert plugins.announce("retro_gamer_training_finished", run=None, outcome=OUTCOME) == []

    import ant_pack
    import bee_pack
    import cat_pack

    assert [len(pack.heard) for pack in (ant_pack, bee_pack, cat_pack)] == [2, 1, 2]


def test_a_plugin_that_failed_at_one_hook_still_hears_the_others(listeners):
    plugins = listeners("1 / 0")
    plugins.announce("retro_gamer_training_finished", run=None, outcome=OUTCOME)
    assert plugins.announce("retro_gamer_training_started", run="now") == []

    import bee_pack

    assert bee_pack.heard == [OUTCOME, "now"]


def test_ctrl_c_passes_through(listeners):
    plugins = listeners("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        plugins.announce("retro_gamer_training_finished", run=None, outcome=OUTCOME)


def test_a_plugin_cannot_end_the_program(listeners):
    [line] = listeners("raise SystemExit").announce(
        "retro_gamer_training_finished", run=None, outcome=OUTCOME
    )
    assert "bee_pack (bee-pack 1.0)" in line and "SystemExit" in line


def test_plugins_are_told_in_order(install, others):
    install("shared-list", files={"shared_list.py": "order = []\n"}, entry_points={})
    for distribution in ("cat-pack", "ant-pack", "bee-pack"):
        install(
            distribution,
            f"""
            import shared_list
            @hookimpl
            def retro_gamer_training_started(): shared_list.order.append("{distribution}")
            """,
        )
    assert others().announce("retro_gamer_training_started", run=None) == []

    import shared_list

    assert shared_list.order == ["ant-pack", "bee-pack", "cat-pack"]


def test_broken_and_blocked_plugins_are_not_told(install, others):
    install(
        "ant-pack", LISTENER.format(then="pass") + "\n@hookimpl\ndef retro_gamer_games(): raise KeyError\n"
    )
    install("bee-pack", LISTENER.format(then="1 / 0"))
    assert (
        others(blocked=("bee-pack",)).announce("retro_gamer_training_finished", run=None, outcome=OUTCOME)
        == []
    )

    import ant_pack

    assert ant_pack.heard == []
