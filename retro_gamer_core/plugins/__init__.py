"""Plugins: finding them, loading each by itself, saying what is wrong with one, and building their parts."""
