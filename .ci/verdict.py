"""Fail when a test run ran nothing or skipped something: say what and why."""

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

__all__ = ["main"]


def main(report: Path) -> int:
    """Read pytest's JUnit report; return 0 for a full run, 1 otherwise."""
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - our own pytest wrote it
    skips = [
        f"{case.get('classname')}::{case.get('name')}: {skip.get('message')}"
        for case in cases
        for skip in case.iter("skipped")
        if skip.get("type") == "pytest.skip"
    ]
    if not cases:
        print("No test ran.")
    if skips:
        print(f"{len(skips)} of {len(cases)} tests were skipped:", *skips, sep="\n  ")
    return int(bool(skips) or not cases)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
