"""Is this sensor sound: a short recording judged in words."""
