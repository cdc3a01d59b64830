"""Sensors that send one fixed layout: a module each, with the row that makes `SimpleDriver` theirs."""
