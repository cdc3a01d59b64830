"""Capture2Go: packages with checksums, and recorded files."""
