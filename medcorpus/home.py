"""Where medcorpus keeps what it downloads and builds: MEDCORPUS_HOME, else the platform's cache folder."""

from __future__ import annotations

import os
from pathlib import Path

from medcorpus.errors import MedcorpusError

VARIABLE = "MEDCORPUS_HOME"


def home_folder() -> Path:
    """Give the folder in force; it need not exist yet.

    Raises:
        MedcorpusError: It is the address of something that is no folder.
    """
    if stated := os.environ.get(VARIABLE):
        if "://" in stated:
            fix = "releases and downloads need a folder; name the layers' address with --store or MEDCORPUS_STORE"
            raise MedcorpusError("an address is no folder", where=VARIABLE, fix=fix)
        return Path(stated).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("medcorpus", appauthor=False)
