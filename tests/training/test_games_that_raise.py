"""An error in a game names the student's own line and costs one episode; a game that always fails stops the run."""

from __future__ import annotations

import re

import pytest

from retro_gamer_core.errors import GameError
from retro_gamer_core.training.loading import load_trainer


def with_line(game: str, line: str) -> str:
    """The coin game with a line of its own at the start of each turn of the walker."""
    before = '        game.state["strength"] -= 1\n'
    assert before in game
    return game.replace(before, f"        {line}\n{before}")


def own_line(run, text: str) -> str:
    """``file:line`` of the line in the game's file that holds ``text``."""
    file = run.path.parent / "game.py"
    numbers = [i for i, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1) if text in line]
    return f"{file}:{numbers[0]}"


NOW_AND_THEN = 'random.random() < 0.04 and ouch["no such key"]'


@pytest.fixture(params=[1, 4], ids=["one game", "four games"])
def sometimes(request, make_run, coin_game, tmp_path):
    game = with_line(coin_game, NOW_AND_THEN) + "\n\nouch = {}\n"
    return make_run(tmp_path, game=game, training={"games_in_step": request.param})


def test_a_game_that_raises_now_and_then_costs_an_episode_each_time(sometimes, heard):
    outcome = load_trainer(sometimes).train([heard])
    assert (outcome.reason, outcome.episodes) == ("finished", 40)
    failed = [episode for episode in heard.episodes if episode.ended == "error"]
    assert 0 < len(failed) < 40
    assert len(heard.notes) == len(failed)
    for note, episode in zip(heard.notes, failed, strict=True):
        assert f"KeyError: 'no such key' — in turn {episode.turns + 1} of episode {episode.number}" in note
        assert re.search(r"seed \d+, at ", note)
        assert f"{own_line(sometimes, 'no such key')}, in play_turn: {NOW_AND_THEN}" in note
    log = sometimes.log.read_text(encoding="utf-8")
    assert log.count("[NOTE] the game raised") == len(failed)
    assert log.count("\n[EP ") == 40


def test_what_was_learned_does_not_come_from_the_turn_that_raised(sometimes):
    """The memory holds every turn but those: nothing is known of what they led to."""
    trainer = load_trainer(sometimes)
    trainer.train()
    assert 0 < len(trainer.loop.memory) < trainer.loop.turns


def test_a_stop_amid_such_games_changes_nothing(
    sometimes, make_run, coin_game, outcome_of, assert_same, stop_at, tmp_path_factory
):
    game = (sometimes.path.parent / "game.py").read_text(encoding="utf-8")
    games = {"games_in_step": load_trainer(sometimes).loop.games.num_envs}
    unstopped = make_run(tmp_path_factory.mktemp("unstopped"), game=game, training=games)
    load_trainer(unstopped).train()
    for turns in (90, 170):
        trainer = load_trainer(sometimes)
        trainer.load_newest()
        trainer.train(stop=stop_at(trainer, turns))
    trainer = load_trainer(sometimes)
    assert trainer.load_newest()
    trainer.train()
    assert_same(outcome_of(sometimes)["loop"], outcome_of(unstopped)["loop"])
    assert outcome_of(sometimes)["log"] == outcome_of(unstopped)["log"]


def test_an_illegal_move_names_who_moved_where(make_run, coin_game, heard, tmp_path):
    game = with_line(coin_game, "random.random() < 0.05 and setattr(self, 'position', (99, 99))")
    outcome = load_trainer(make_run(tmp_path, game=game)).train([heard])
    assert outcome.reason == "finished"
    assert heard.notes
    for note in heard.notes:
        assert "IllegalMove: Agent walker tried to move to (99, 99)" in note
        assert re.search(r"game\.py:\d+, in \w+\.play_turn", note), (
            "whose turn it was, though the turn was over"
        )


@pytest.mark.parametrize("games_in_step", [1, 16])
def test_a_game_that_always_raises_stops_the_run_with_everything_saved(
    make_run, coin_game, rewrite_game, heard, outcome_of, tmp_path, games_in_step
):
    run = make_run(tmp_path, game=with_line(coin_game, "1 / 0"), training={"games_in_step": games_in_step})
    trainer = load_trainer(run)
    with pytest.raises(GameError) as raised:
        trainer.train([heard])
    message = str(raised.value)
    assert raised.value.exit_code == 4
    assert "ZeroDivisionError: division by zero" in message
    assert own_line(run, "1 / 0") in message
    assert f"retro-gamer train {run.path}" in message
    assert [outcome.reason for outcome in heard.outcomes] == ["failed"]
    assert 20 <= len(heard.episodes) < 40
    assert len(outcome_of(run)["log"]) == len(heard.episodes) + len(heard.checkpoints)
    assert run.newest_checkpoint() is not None

    rewrite_game(run, coin_game)
    mended = load_trainer(run)
    assert mended.load_newest()
    assert mended.loop.episodes == len(heard.episodes)


def test_a_short_run_of_errors_alone_is_no_success(make_run, coin_game, tmp_path):
    run = make_run(tmp_path, game=with_line(coin_game, "1 / 0"), training={"training_episodes": 3})
    with pytest.raises(GameError, match="each of the last 3 episodes ended with an error"):
        load_trainer(run).train()


def factory_fails(game: str, when: str) -> str:
    """The coin game, whose factory fails ``when`` so many games have been ``made``."""
    return game.replace(
        "def create_game():\n",
        f"made = 0\n\n\ndef create_game():\n    global made\n    made += 1\n    if {when}:\n"
        "        raise OSError('no level file')\n",
    )


def test_a_game_that_cannot_be_made_once_costs_an_episode(make_run, coin_game, heard, tmp_path):
    unrecorded = {"loggers": ["training_log"]}  # for games that are recorded are made, too
    run = make_run(tmp_path, game=factory_fails(coin_game, "made == 5"), logging=unrecorded)
    outcome = load_trainer(run).train([heard])
    assert (outcome.reason, outcome.episodes) == ("finished", 40)
    [note] = heard.notes
    assert note.startswith(
        "create_game() could not make a game: OSError: no level file — in turn 1 of episode"
    )
    assert f"at {own_line(run, 'no level file')}" in note
    assert [episode.turns for episode in heard.episodes if episode.ended == "error"] == [0]


def test_a_game_that_can_never_be_made_again_stops_the_run_and_mending_it_goes_on(
    make_run, coin_game, rewrite_game, heard, tmp_path
):
    run = make_run(tmp_path, game=factory_fails(coin_game, "made >= 15"))
    trainer = load_trainer(run, seconds_between_states=0)
    with pytest.raises(GameError) as raised:
        trainer.train([heard])
    assert "could not make a game: OSError: no level file" in str(raised.value)
    assert own_line(run, "no level file") in str(raised.value)
    assert [outcome.reason for outcome in heard.outcomes] == ["failed"]
    assert run.newest_checkpoint() == run.checkpoint_path(len(heard.episodes))

    rewrite_game(run, coin_game)
    mended = load_trainer(run)
    assert mended.load_newest()
    assert mended.train([heard]).reason == "finished"
    assert heard.episodes[-1].number == 40
