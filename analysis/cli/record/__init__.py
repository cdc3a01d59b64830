"""``runtall record``: one recording, guided, timed or unattended, and what it shows meanwhile."""
