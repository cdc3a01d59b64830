"""Files of other tools, turned into sessions or tracks."""
