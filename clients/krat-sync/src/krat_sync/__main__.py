"""``python -m krat_sync``."""

from krat_sync.main import run

run()
