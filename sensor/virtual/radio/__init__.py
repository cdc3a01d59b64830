"""A simulated radio behind bleak's own interface."""
