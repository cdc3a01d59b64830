"""``runtall sit``: the same sensor at the desk."""
