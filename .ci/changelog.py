"""Fold the fragments of ``changelog.d`` into CHANGELOG.md under a version and a date.

python .ci/changelog.py VERSION DATE
"""

import sys
from pathlib import Path

__all__ = ["main"]

ROOT = Path(__file__).parents[1]
KINDS = ("added", "changed", "fixed", "removed")


def main(version: str, date: str) -> None:
    """Write the new section above the older ones and remove the fragments."""
    parts = [f"## {version} ({date})"]
    for kind in KINDS:
        found = sorted((ROOT / "changelog.d").glob(f"*.{kind}.md"))
        if found:
            entries = [_entry(path.read_text("utf-8")) for path in found]
            parts.append(f"### {kind.capitalize()}\n\n" + "\n".join(entries))
        for path in found:
            path.unlink()
    log = ROOT / "CHANGELOG.md"
    head, mark, older = log.read_text("utf-8").partition("\n## ")
    section = "\n\n".join(parts)
    log.write_text(f"{head.rstrip()}\n\n{section}\n{mark}{older}", "utf-8")


def _entry(text: str) -> str:
    """Make one list item of a fragment, which may already be a list."""
    lines = text.strip().splitlines()
    if lines[0].startswith(("- ", "* ")):
        return "\n".join(lines)
    return "- " + "\n  ".join(lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
