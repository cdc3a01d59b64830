"""The command line: the only place that knows both packages, and the only one that prints."""
