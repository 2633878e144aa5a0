"""The page in a real browser, with every name of the network cut off.

The browser is driven through its debugging pipe: two file descriptors and JSON between
zero bytes, so no other package is needed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmkit.report import Findings, render_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs chromium"),
]


_AS_3_AND_4 = """
import os, sys
os.dup2({}, 3)
os.dup2({}, 4)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Browser:
    """A browser with one tab; it keeps what the console and the network said."""

    def __init__(self, profile: Path) -> None:
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        # The browser reads commands from descriptor 3 and answers on 4.
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _AS_3_AND_4.format(theirs_in, theirs_out),
                str(CHROMIUM),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--remote-debugging-pipe",
                f"--user-data-dir={profile}",
            ],
            pass_fds=(theirs_in, theirs_out),
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._send, self._receive = ours_out, ours_in
        self._rest, self._last = b"", 0
        self._session = ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._last += 1
        sent: dict[str, Any] = {"id": self._last, "method": method}
        sent["params"] = parameters
        if self._session:
            sent["sessionId"] = self._session
        os.write(self._send, json.dumps(sent).encode() + b"\0")
        while (answer := self._next()).get("id") != self._last:
            self.events.append(answer)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, page: Path, *, width: int = 1200, script: bool = True) -> None:
        self.events.clear()
        self.call("Emulation.setScriptExecutionDisabled", value=not script)
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        self.call("Page.navigate", url=page.as_uri())
        while not any(e["method"] == "Page.loadEventFired" for e in self.events):
            self.events.append(self._next())

    def run(self, expression: str) -> Any:
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def close(self) -> None:
        os.close(self._send)
        os.close(self._receive)
        self._process.kill()
        self._process.wait()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._receive, 1 << 20)
            assert part, "the browser has ended"
            self._rest += part
        one, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(one)
        return found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture
def page(findings: Findings[Any], tmp_path: Path) -> Path:
    file = tmp_path / "report.html"
    files = {"customers": "customers.csv", "win_back": "w.csv"}
    files |= {"protect": "p.csv", "second_order": "s.csv"}
    file.write_text(render_page(findings, files=files), encoding="utf-8")
    return file


def test_the_console_is_silent_and_nothing_is_asked_of_the_network(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    said = [
        e
        for e in browser.events
        if e["method"] in {"Runtime.consoleAPICalled", "Log.entryAdded"}
        or e["method"] == "Runtime.exceptionThrown"
    ]
    assert said == []
    asked = [
        e["params"]["request"]["url"]
        for e in browser.events
        if e["method"] == "Network.requestWillBeSent"
    ]
    assert asked == [page.as_uri()]


@pytest.mark.parametrize("script", [True, False])
def test_every_chart_is_drawn_with_and_without_scripts(
    script: bool,  # noqa: FBT001 - a parameter of the test
    browser: Browser,
    page: Path,
) -> None:
    browser.open(page, script=script)
    browser.call("DOM.enable")
    root = browser.call("DOM.getDocument")["root"]["nodeId"]
    charts = browser.call("DOM.querySelectorAll", nodeId=root, selector="svg.chart")
    assert len(charts["nodeIds"]) == 9
    for node in charts["nodeIds"]:
        box = browser.call("DOM.getBoxModel", nodeId=node)["model"]
        assert box["width"] > 300
        assert box["height"] > 60


def test_key_figures_are_on_the_first_screen(browser: Browser, page: Path) -> None:
    browser.open(page)
    texts = browser.run(
        "[...document.querySelectorAll('.figures .figure-value')]"
        ".filter(e => e.getBoundingClientRect().bottom < 900).map(e => e.innerText)"
    )
    assert texts == ["$702,346", "9,751", "$481,000", "±15%"]


def test_a_table_is_sorted_and_searched(browser: Browser, page: Path) -> None:
    browser.open(page)
    cells = (
        "[...document.querySelector('#best tbody').rows]"
        ".filter(r => !r.hidden).map(r => r.cells[{at}].innerText)"
    )
    press = "document.querySelector('#best thead th:nth-child({at}) button').click()"
    orders = browser.run(cells.replace("{at}", "8"))
    assert orders == [str(60 - at) for at in range(20)]
    browser.run(press.replace("{at}", "9"))
    browser.run(press.replace("{at}", "9"))
    assert browser.run(cells.replace("{at}", "8")) == orders[::-1]
    head = "document.querySelector('#best thead th:nth-child(9)')"
    assert browser.run(f"{head}.getAttribute('aria-sort')") == "ascending"
    browser.run(
        "const s = document.querySelector('#best input'); s.value = 'c00007';"
        "s.dispatchEvent(new Event('input'))"
    )
    assert browser.run(cells.replace("{at}", "0")) == ["C00007"]
    told = browser.run("document.querySelector('#best .tools span').innerText")
    assert told == "1 found"


def test_a_link_opens_its_list(browser: Browser, page: Path) -> None:
    browser.open(page)
    opened = "document.querySelector('#list-win-back').closest('details').open"
    assert browser.run(opened) is False
    browser.run("location.hash = '#list-win-back'")
    browser.run("window.scrollY")  # the event of the new address comes first
    assert browser.run(opened) is True


def test_a_phone_shows_the_page_without_sideways_scrolling(
    browser: Browser, page: Path
) -> None:
    browser.open(page, width=390)
    assert browser.run("document.documentElement.scrollWidth") == 390


def test_colours_follow_the_dark_and_the_printed_page(
    browser: Browser, page: Path
) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = [{"name": "prefers-color-scheme", "value": "dark"}]
    light = [{"name": "prefers-color-scheme", "value": "light"}]
    browser.call("Emulation.setEmulatedMedia", media="", features=light)
    browser.open(page)
    assert browser.run(paper) == "rgb(251, 250, 246)"
    browser.call("Emulation.setEmulatedMedia", media="", features=dark)
    assert browser.run(paper) == "rgb(22, 25, 28)"
    browser.call("Emulation.setEmulatedMedia", media="print", features=dark)
    assert browser.run(paper) == "rgb(255, 255, 255)"
    shown = "getComputedStyle(document.querySelector('.tools')).display"
    assert browser.run(shown) == "none"
    browser.call("Emulation.setEmulatedMedia", media="", features=light)


@pytest.mark.parametrize("dark", [True, False])
def test_text_stands_out_from_its_ground(
    dark: bool,  # noqa: FBT001 - a parameter of the test
    browser: Browser,
    page: Path,
) -> None:
    """WCAG AA: 4.5 to 1 for text, also for the labels of charts."""
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.call("Emulation.setEmulatedMedia", media="", features=[scheme])
    browser.open(page)
    names = ("--ink", "--soft", "--accent", "--paper", "--card")
    style = "getComputedStyle(document.documentElement)"
    found = {
        name: browser.run(f"{style}.getPropertyValue('{name}').trim()")
        for name in names
    }
    for text in names[:3]:
        for ground in names[3:]:
            assert _contrast(found[text], found[ground]) >= 4.5, (text, ground)


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    found = re.fullmatch(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", colour)
    assert found is not None
    parts = [int(each, 16) / 255 for each in found.groups()]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
