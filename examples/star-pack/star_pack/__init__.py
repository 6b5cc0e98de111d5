"""The game as others use it: `create_game()`, `main()` to play it, `autoplay()` to watch it."""

from importlib.resources import files

from .game import create_game

__all__ = ["autoplay", "create_game", "main"]


def main():
    """Play with the keyboard. The arcade console starts this, and reads the two files afterwards."""
    create_game(dump_state="result.json", log_file="game.log").play()


def autoplay():
    """A game that plays itself, by what was learned: the policy in `policies/best.rgp`."""
    policy = files(__package__) / "policies" / "best.rgp"
    if not policy.is_file():
        raise FileNotFoundError(
            "nobody has trained an agent for this game yet: policies/best.rgp is missing. "
            "README.md says how to make one: retro-gamer export RUN -o …/policies/best.rgp"
        )
    from retro_gamer import PolicyInput, TrainedPolicy

    game = create_game()
    game.input_source = PolicyInput(TrainedPolicy(policy), game)
    return game
