"""Sensors that send one fixed layout: a module each."""
