"""WitMotion BLE 5: a byte stream of frames, and registers."""
