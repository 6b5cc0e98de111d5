"""What a teacher would point out about a game, a part, a run or the whole installation, before anything is trained.

A check is a plain function from what has been seen to findings; a tuple lists those of each thing. It
changes nothing and keeps nothing. To add one: write it, put it into its tuple, and give its code a row in
``retro_gamer_core.finding_codes``.
"""
