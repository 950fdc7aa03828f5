"""Where medcorpus keeps what it downloads and builds: MEDCORPUS_HOME, else the platform's cache folder."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "MEDCORPUS_HOME"


def home_folder() -> Path:
    """Give the folder in force; it need not exist yet."""
    if stated := os.environ.get(VARIABLE):
        return Path(stated).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("medcorpus", appauthor=False)
