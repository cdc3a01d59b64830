"""The project's own GATT profile and data packets."""
