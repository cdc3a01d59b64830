"""Recordings of other tools as these write them: a module for each tool, which the registry lists."""
