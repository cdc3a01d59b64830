"""Acquire: bytes, radios, clocks, files, the session. Never imports ``analysis``."""
