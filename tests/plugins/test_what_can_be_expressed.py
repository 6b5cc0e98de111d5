"""What a plugin's author once could not express, wish by wish, and the tests that express it now."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
OWN_LEARNERS, WRAPPERS = "training/test_own_learners.py", "training/test_wrappers.py"

WISHES = {
    "several outputs for each action: C51 learns, is resumed and plays": [
        (OWN_LEARNERS, "test_it_plays_better_than_at_random_also_from_its_checkpoint"),
        (OWN_LEARNERS, "test_a_network_has_as_many_outputs_as_are_asked_for"),
        (OWN_LEARNERS, "test_several_outputs_for_each_action_play_from_a_file_without_torch"),
    ],
    "the number of the game and the beginning of its episode, in act and in transitions": [
        (OWN_LEARNERS, "test_it_is_told_which_game_each_turn_belongs_to_and_where_episodes_begin"),
    ],
    "a policy that plays by chance (REINFORCE)": [
        (OWN_LEARNERS, "test_it_plays_better_than_at_random_also_from_its_checkpoint"),
    ],
    "actions that are forbidden": [(OWN_LEARNERS, "test_what_the_encoder_forbids_is_never_done")],
    "gamma, n_step, games in step and the run's directory": [
        (OWN_LEARNERS, "test_a_learner_is_told_what_it_is_trained_with"),
    ],
    "how many turns there will be": [
        ("training/test_time_budget.py", "test_a_learner_that_can_is_told_and_one_that_cannot_is_left_alone"),
    ],
    "statistics of its own in the logs": [(OWN_LEARNERS, "test_everything_a_learner_tells_is_logged")],
    "other rewards, a curriculum and a bonus, alone and together": [
        (WRAPPERS, "test_stopped_and_resumed_here_and_elsewhere_is_the_same_as_not_stopped"),
        (WRAPPERS, "test_the_log_has_the_rewards_of_the_game_and_the_learner_those_of_the_wrapper"),
        (WRAPPERS, "test_each_is_given_what_the_one_before_it_gave"),
        (WRAPPERS, "test_evaluation_has_the_game_as_it_is"),
    ],
    "a logger, a hook or a callback that stops training": [
        ("training/test_listeners.py", "test_a_listener_or_a_hook_may_stop_training_and_nothing_is_lost"),
    ],
    "boards of the turns before, as a setting": [
        ("seeing/test_encoders.py", "test_the_newest_boards_stand_one_below_the_other"),
        ("policies/test_policy_files.py", "test_with_boards_of_earlier_turns_it_plays_as_the_run_does"),
        ("policies/test_onnx_models.py", "test_onnxruntime_gives_the_same_values"),
        (WRAPPERS, "test_stopped_and_resumed_here_and_elsewhere_is_the_same_as_not_stopped"),
    ],
    "a table for each part": [
        (
            "configuration/test_own_tables.py",
            "test_an_option_named_like_a_setting_of_the_core_is_delivered_from_its_own_table",
        ),
    ],
    "a name such as plugin/part": [
        ("plugins/test_part_lookup.py", "test_a_name_in_full_tells_two_plugins_apart"),
    ],
    "an algorithm made of another one, with its options": [
        ("plugins/test_declared_options.py", "test_a_class_that_passes_its_options_on_has_those_of_its_base"),
    ],
}


@pytest.mark.parametrize("wish", WISHES)
def test_it_is_expressed(wish):
    assert WISHES[wish]
    for file, name in WISHES[wish]:
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
