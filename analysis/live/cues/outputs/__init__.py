"""What a cue is given by: each kind of output behind one interface, none of which can stop a recording."""
