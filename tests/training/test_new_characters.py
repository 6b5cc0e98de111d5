"""A character that shows up in the middle of training: ignored with a word, or made room for without forgetting."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from retro_gamer import TrainedPolicy
from retro_gamer_core.observation import Observations
from retro_gamer_core.runs.run_directory import RunDirectory
from retro_gamer_core.training.loading import load_trainer

LATE = """

class Bird:
    character = "v"
    z = 1

    def __init__(self):
        self.position = place()

    def play_turn(self, game):
        self.position = place()


def create_game():
    global made
    made += 1
    game = Game([Walker(), Coin()], {"score": 0, "strength": 20}, board_size=(6, 4))
    if made > 12:
        game.add_agent(Bird())
    return game


made = 0
"""

CONFIG = """\
# my notes on this run
[game]
name = "{game}"

[metadata]
actions = ["KEY_LEFT", "KEY_RIGHT", "KEY_UP", "KEY_DOWN"]  # the arrows
reward = "score"
character_set = ["@", "$"]  # me and the coins
board_size = [6, 4]

[preprocessing]
encoder = "{encoder}"  # as I like it

[model]
network = "{network}"
hidden_sizes = [8]

[training]
unknown_character_strategy = "{strategy}"  # what to do then
training_episodes = 40
checkpoint_every = 10
evaluate_every = 0
learning_starts = 32
batch_size = 8
train_every = 2
memory_capacity = 200
games_in_step = {games}
threads = 1
seed = 7

[logging]
loggers = ["training_log", "json_lines"]  # games that are recorded are made, too
"""


def character_set(run: RunDirectory) -> list[str]:
    return tomllib.loads(run.config.read_text(encoding="utf-8"))["metadata"]["character_set"]


@pytest.fixture
def late_run(tmp_path, coin_game, rewrite_game):
    """``late_run("extend")``: a run of the coin game, in which birds come after a while."""

    def late_run(strategy, name="run", *, encoder="one_hot", network="mlp", games=2) -> RunDirectory:
        directory = tmp_path / name
        directory.mkdir()
        run = RunDirectory.create(directory / "run")
        game = (directory / "game.py").as_posix()
        values = {"game": game, "strategy": strategy, "encoder": encoder, "network": network, "games": games}
        run.config.write_text(CONFIG.format(**values), encoding="utf-8")
        rewrite_game(run, coin_game + LATE)
        return run

    return late_run


def test_ignoring_says_so_once(late_run, heard):
    run = late_run("ignore")
    load_trainer(run).train([heard])
    assert len(heard.episodes) == 40
    [note] = heard.notes
    assert "new on the board: v" in note and 'unknown_character_strategy = "extend"' in note
    assert character_set(run) == ["@", "$"]


COUNTING = """
from retro_gamer_core import ObservationSpec


class Counts:
    def __init__(self, metadata):
        self.characters = metadata.character_set
        self.spec = ObservationSpec(0, 0, (), features=tuple(f"how many {each}" for each in self.characters))

    def encode(self, frame, cells, features):
        features[:] = [(frame.codes == code).sum() for code in range(1, len(self.characters) + 1)]
"""


def test_a_network_is_not_stretched_over_features_that_it_never_saw(late_run, heard, tmp_path, monkeypatch):
    (tmp_path / "counting_encoder.py").write_text(COUNTING, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    run = late_run("extend", encoder="counting_encoder:Counts")
    assert load_trainer(run).train([heard]).reason == "finished"
    assert any("no room can be made for it" in note for note in heard.notes)
    assert character_set(run) == ["@", "$"]


PARTS = [("one_hot", "mlp"), ("one_hot", "cnn"), ("egocentric", "mlp"), ("egocentric", "cnn")]


@pytest.mark.parametrize(("encoder", "network"), PARTS)
def test_extending_keeps_what_was_learned(late_run, heard, encoder, network):
    run = late_run("extend", encoder=encoder, network=network)
    trainer = load_trainer(run)
    learner, memory = trainer.player.learner, trainer.loop.memory
    extend, compared = learner.extend_characters, []

    def extend_and_compare(spec, codes):
        """What was seen until now, read in the new codes, is worth the same to the larger network."""
        seen = memory.state_dict()["store"]
        before = learner.q_values(Observations(seen["cells"], seen["features"]))
        assert extend(spec, codes)
        after = learner.q_values(Observations(codes[seen["cells"]], seen["features"]))
        np.testing.assert_allclose(after, before, atol=1e-6)
        compared.append(np.abs(before).max())
        return True

    learner.extend_characters = extend_and_compare
    assert trainer.train([heard]).reason == "finished"
    assert len(compared) == 1 and compared[0] > 0
    [note] = heard.notes
    assert "new on the board: v — added to character_set; what was learned so far is kept" in note
    seen = memory.state_dict()["store"]["cells"]
    assert (seen == 3).any(), "the bird is seen from then on"
    expected = run.config.read_text(encoding="utf-8").replace(', "v"]', "]")
    assert expected == CONFIG.format(
        game=(run.path.parent / "game.py").as_posix(),
        strategy="extend",
        encoder=encoder,
        network=network,
        games=2,
    )
    assert character_set(run) == ["@", "$", "v"]


@pytest.mark.parametrize("games", [1, 2])
@pytest.mark.parametrize("turns", [60, 200, 350])
def test_stopping_before_or_after_it_changes_nothing(
    late_run, heard, outcome_of, assert_same, stop_at, rewrite_game, coin_game, turns, games
):
    """Here it is chance, and thus the seed, that decides when the first bird comes."""
    by_chance = (coin_game + LATE).replace("made > 12", "random.random() < 0.05")
    runs = [late_run("extend", name, encoder="egocentric", games=games) for name in ("unstopped", "stopped")]
    for run in runs:
        rewrite_game(run, by_chance)
    unstopped, stopped = runs
    trainer = load_trainer(unstopped)
    heard.note = lambda line: heard.notes.append((trainer.loop.turns, line))
    trainer.train([heard])
    [(met, _)] = heard.notes
    assert 60 < met < 350

    trainer = load_trainer(stopped)
    assert trainer.train(stop=stop_at(trainer, turns)).reason == "interrupted"
    trainer = load_trainer(stopped)
    assert trainer.load_newest()
    trainer.train()
    assert character_set(stopped) == ["@", "$", "v"]
    assert_same(outcome_of(stopped)["loop"], outcome_of(unstopped)["loop"])
    assert outcome_of(stopped)["log"] == outcome_of(unstopped)["log"]


def test_a_kill_after_the_config_was_changed_and_before_the_next_state_changes_nothing(
    late_run, outcome_of, assert_same, stop_at, rewrite_game, coin_game
):
    by_chance = (coin_game + LATE).replace("made > 12", "random.random() < 0.05")
    unstopped, killed = late_run("extend", "unstopped"), late_run("extend", "killed")
    for run in (unstopped, killed):
        rewrite_game(run, by_chance)
    load_trainer(unstopped).train()
    trainer = load_trainer(killed)
    trainer.train(stop=stop_at(trainer, 60))
    text = killed.config.read_text(encoding="utf-8")
    killed.config.write_text(text.replace('["@", "$"]', '["@", "$", "v"]'), encoding="utf-8")
    trainer = load_trainer(killed)
    assert trainer.load_newest()
    trainer.train()
    assert_same(outcome_of(killed)["loop"], outcome_of(unstopped)["loop"])


def test_what_shows_up_between_two_sessions_is_noticed_too(late_run, heard, stop_at):
    """The running games cannot be played again the same: birds are in them now, and so in the fresh ones."""
    run = late_run("extend")
    trainer = load_trainer(run)
    trainer.train(stop=stop_at(trainer, 60))
    assert character_set(run) == ["@", "$"]
    trainer = load_trainer(run)
    assert trainer.load_newest()
    trainer.train([heard])
    assert any("fresh ones have begun" in note for note in heard.notes)
    assert any("new on the board: v — added" in note for note in heard.notes)
    assert character_set(run) == ["@", "$", "v"]


def test_a_checkpoint_from_before_can_still_be_played_and_gone_on_with(late_run, heard, coin_game):
    run = late_run("extend", games=1)
    load_trainer(run).train([heard])
    early = TrainedPolicy(run.path, "ep_0010")
    late = TrainedPolicy(run.path)
    assert early.metadata.character_set == ["@", "$"]
    assert late.metadata.character_set == ["@", "$", "v"]

    trainer = load_trainer(run)
    trainer.load_checkpoint(run.find_checkpoint("ep_0010"))
    assert trainer.config.metadata.character_set == ["@", "$"]
    heard.notes.clear()
    assert trainer.train([heard]).reason == "finished"
    assert any("new on the board: v — added" in note for note in heard.notes)
    assert character_set(run) == ["@", "$", "v"]


def test_what_is_no_single_character_is_ignored(late_run, heard, rewrite_game, coin_game):
    run = late_run("extend")
    rewrite_game(run, (coin_game + LATE).replace('character = "v"', 'character = "vv"'))
    assert load_trainer(run).train([heard]).reason == "finished"
    [note] = heard.notes
    assert "new on the board: vv — no room can be made for it" in note
    assert character_set(run) == ["@", "$"]
