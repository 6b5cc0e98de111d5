"""Checks of a game: what its code does, what can be seen in it, what it pays, and what its keys do.

A check is a function from a ``GameLook`` to findings.
"""
