"""Policies by themselves: what was learned, without what it takes to learn."""
