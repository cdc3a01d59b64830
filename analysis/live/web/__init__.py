"""The live view as a page for the phone on the treadmill: newest state only, nothing loaded."""
