"""What a teacher would point out about a game, a part, a run or the whole installation, before anything is trained.

A check is a plain function from what has been seen to findings. A check of a part insists on rules instead (``must``):
the first one that is broken is the finding. A tuple lists the checks of each thing; none changes what it looks at. To
add one: write it, put it into its tuple, and give its code a row in ``retro_gamer_core.finding_codes``.
"""
