"""``python -m analysis``: the same as ``runtall``."""

from __future__ import annotations

from analysis.cli.main import main

if __name__ == "__main__":
    main()
