"""ruff and mypy, as part of the tests, so that one command says whether a change may land."""

import subprocess
import sys

import pytest
from tree import ROOT


@pytest.mark.parametrize(
    "command",
    [["ruff", "check", "--quiet", "."], ["ruff", "format", "--check", "--quiet", "."], ["mypy", "--no-error-summary"]],
    ids=" ".join,
)
def test_tool_is_content(command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
