"""MbientLab MetaMotion: modules, packed streams."""
