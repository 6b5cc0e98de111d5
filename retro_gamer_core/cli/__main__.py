"""``python -m retro_gamer_core.cli`` is the command ``retro-gamer``."""

import os
import sys

if not sys.flags.safe_path and sys.path[0] == os.getcwd():  # noqa: PTH109 - pathlib would be looked for there
    del sys.path[0]  # -m puts it there, and what lies in it would be taken for installed

from retro_gamer_core.cli import main

main()
