"""``runtall demo``: the whole way without a sensor."""
