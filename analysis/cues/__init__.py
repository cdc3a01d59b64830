"""What a cue to sit up is: when it may come, and how it is written down. Nothing here gives one."""
