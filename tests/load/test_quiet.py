"""What published taps would tell their makers, and do not."""

from __future__ import annotations

import subprocess

import pytest
from ruamel.yaml import YAML

from app.settings import ROOT
from pipelines import plugins

pytestmark = pytest.mark.slow
CRASH = """
from facebook_business import FacebookAdsApi, crashreporter
FacebookAdsApi.init(access_token="none")
import sys
print(sys.excepthook is sys.__excepthook__, crashreporter.CrashReporter.__doc__)
"""


@pytest.mark.parametrize(("is_quiet", "said"), [(True, "True Reports to nobody."), (False, "False None")])
def test_a_crash_of_the_facebook_tap_is_reported_to_nobody(is_quiet: bool, said: str) -> None:
    """With what meltano.yml gives it, Python's own hook stays; without it, the library puts its own in place."""
    plugins.install()
    declared = YAML(typ="safe").load(ROOT / "meltano.yml")["plugins"]["extractors"]
    [declared_env] = [one["env"] for one in declared if one["name"] == "tap-facebook"]
    given = {name: value.replace("$MELTANO_PROJECT_ROOT", str(ROOT)) for name, value in declared_env.items()}
    python = ROOT / ".meltano/extractors/tap-facebook/venv/bin/python"
    env = given if is_quiet else {}
    ran = subprocess.run([python, "-c", CRASH], env=env, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == said
