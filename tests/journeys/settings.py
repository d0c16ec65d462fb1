"""The settings of the journeys' server: the registry's own, with the collected static files elsewhere."""

import os
from pathlib import Path

from krat.settings import *  # noqa: F403

STATIC_ROOT = Path(os.environ["JOURNEYS_STATIC"])
