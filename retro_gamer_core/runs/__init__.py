"""The files of a run: where each is, written whole or not at all, and read back with care."""
