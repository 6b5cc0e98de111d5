"""New packages: a game, a part, or a part that somebody already has in one file."""
