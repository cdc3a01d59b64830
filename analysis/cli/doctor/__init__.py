"""``runtall doctor``: versions, Bluetooth and sensors, looked at for some seconds."""
