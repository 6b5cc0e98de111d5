"""What the command line and programs of one's own show alike: lines on a terminal, and how training goes."""
