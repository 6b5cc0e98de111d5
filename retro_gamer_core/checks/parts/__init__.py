"""Checks of a part: does it keep its contract, is it repeatable, what does it cost, does anything learn with it?

Each kind has a module; a check there is a function from a ``Workbench`` to findings.
"""
