"""Playing: reading a game's board, seeing it through an encoder, and turning several games at once."""
