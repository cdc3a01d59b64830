"""Many sessions: each summed up by itself, on as many processors as there are, into one data set."""
