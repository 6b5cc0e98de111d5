"""What a teacher would point out about a game, a part, a run or the whole installation, before anything is trained.

A check is a plain function from what has been seen to findings; a tuple lists those of each thing. It
changes nothing and keeps nothing. To add one: write it, put it into its tuple, and say in
docs/reference/checks.md what its number, its why and its way out are. A code is for ever; where an alarm
of ``retro_gamer_core.training.alarms`` says the same, it has the same code.
"""
