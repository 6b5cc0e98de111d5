"""Duels: two runs that train against each other, and what plays the other side in a game."""
