"""A small radio of our own: GATT tables served straight to bleak's interface, without a Bluetooth stack."""
