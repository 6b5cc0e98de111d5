"""``python -m retro_gamer`` is the command ``retro-gamer``."""

from retro_gamer_core.cli import main

main()
