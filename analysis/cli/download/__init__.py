"""``runtall download``: what a sensor recorded on its own."""
