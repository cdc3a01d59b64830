"""Movesense: GATT SensorData protocol, logbook, SBEM."""
