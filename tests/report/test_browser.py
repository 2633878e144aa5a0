"""The page in a real browser, with every name of the network cut off."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from crmkit.report import Findings, render_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium"),
]


def _opened(page: Path, profile: Path) -> tuple[str, str]:
    """Load the page; return the document as drawn, and what the browser logged."""
    done = subprocess.run(
        [
            str(CHROMIUM),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={profile}",
            "--window-size=1200,2000",
            "--enable-logging=stderr",
            "--virtual-time-budget=10000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout, done.stderr


@pytest.fixture
def drawn(findings: Findings[Any], tmp_path: Path) -> tuple[str, str]:
    page = tmp_path / "report.html"
    page.write_text(render_page(findings), encoding="utf-8")
    return _opened(page, tmp_path / "profile")


def test_every_chart_is_drawn_and_nothing_is_asked_of_the_network(
    drawn: tuple[str, str],
) -> None:
    document, logged = drawn
    charts = re.findall(r'id="chart-(\w+)"[^>]*>(.*?)</figure>', document, re.DOTALL)
    assert len(charts) == 6
    for name, inside in charts:
        assert "<svg" in inside, name
        assert 'aria-label="' in inside, name
        assert "NaN" not in inside, name
        marks = re.findall(r"<path [^>]*\bd=\"M", inside)
        assert len(marks) >= 3, name
    # A request would break the policy of the page, and the console would say so.
    assert "CONSOLE" not in logged, logged
    elements = re.sub(r"(<script[^>]*>).*?</script>", r"\1", document, flags=re.DOTALL)
    assert re.findall(r"<(?:link|img|iframe)\b|<script[^>]*\bsrc=", elements) == []
