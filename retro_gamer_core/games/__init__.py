"""Games: what a name stands for, how a game is described, and how a fresh one is made."""
