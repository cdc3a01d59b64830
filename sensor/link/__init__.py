"""Where packets come from: a radio reached through bleak."""
