"""Evaluation: games played to see how well something plays, and what their results say together."""
