"""Activity files of watches and phones: where the runner was, how fast, and when by the watch's clock."""
