"""Reading the settings writes nothing: the registry's folder is made when it starts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

READS = "import krat.settings"
STARTS = "import django; django.setup()"


def folders_after(tree: Path, code: str) -> bool:
    """Copy the registry without its `var`, run the code in it, and say whether the folder is there afterwards."""
    for name in ("krat", "cases", "meetings", "templates"):
        shutil.copytree(settings.BASE_DIR / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    place = {"KRAT_NO_DOTENV": "1", "KRAT_DEMO": "1", "DJANGO_SETTINGS_MODULE": "krat.settings"}
    path = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    subprocess.run([sys.executable, "-B", "-c", code], cwd=tree, env=path | place, check=True, timeout=60)
    return (tree / "var").exists()


@pytest.mark.parametrize(("code", "is_made"), [(READS, False), (STARTS, True)])
def test_reading_the_settings_makes_no_folder_and_starting_does(code, is_made, tmp_path):
    """The second is the negative control: a folder that is made would be seen."""
    assert folders_after(tmp_path, code) is is_made
