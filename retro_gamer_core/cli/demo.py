"""``make demo``: the commands a new user would type, one after the other, on snake."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from retro_gamer_core.cli.printing import say

_TIME = "60s"


def main() -> int:
    """Run the demonstration; returns the exit code of the first command that fails."""
    run = Path(tempfile.mkdtemp(prefix="retro-gamer-demo-")) / "snake"
    steps = [
        ("Which games are installed?", ["list"]),
        (
            "Make a run: everything is chosen for you, each with its reason.",
            ["create", "--game", "snake", "--output", str(run), "--seed", "1"],
        ),
        ("Train it for a minute.", ["train", str(run), "--for", _TIME]),
        ("How did it go?", ["info", str(run)]),
        ("Watch it play.", ["play", str(run), "--checkpoint", "best", "--max-turns", "300"]),
    ]
    for title, arguments in steps:
        say(f"\n── {title}\n$ retro-gamer {' '.join(arguments)}\n")
        sys.stdout.flush()
        code = subprocess.run([sys.executable, "-m", "retro_gamer", *arguments], check=False).returncode
        if code:
            return code
    say("\n── Your turn. Type:\n")
    say("  source .venv/bin/activate        (Windows: .venv\\Scripts\\activate)")
    say("  retro-gamer create --game snake --output runs/snake")
    say("  retro-gamer train runs/snake --for 10m")
    say(f"\nThe run of this demonstration is in {run}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
