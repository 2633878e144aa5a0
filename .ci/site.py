"""Check a built site: it asks no other host for anything, and no link is broken.

python .ci/site.py docs/_build/html
"""

import json
import re
import sys
from html.parser import HTMLParser
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["main"]

# What a browser loads by itself. A link that a reader clicks may lead elsewhere.
LOADED = {
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("video", "src"),
    ("object", "data"),
}
OUTSIDE = re.compile(r"^(?:https?:)?//")
STYLE = re.compile(
    r"url\(\s*['\"]?\s*((?:https?:)?//[^)'\"]+)|@import\s+['\"]([^'\"]+)"
)


class Page(HTMLParser):
    """What one page loads, links to and can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.pictures = 0
        self.without_alt: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the addresses of one tag."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.anchors.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and not {"canonical", "next", "prev"} & set(
            given.get("rel", "").split()
        ):
            self.loads.append(given.get("href", ""))
        self.loads += [
            given[name] for kind, name in LOADED if kind == tag and name in given
        ]
        if tag == "img":
            self.pictures += 1
            if not given.get("alt"):
                self.without_alt.append(given.get("src", ""))


def main(root: Path) -> int:
    """Print what is wrong with the site under ``root``; return how much it is."""
    pages = {
        path: Page(path.read_text("utf-8"))
        for path in sorted(root.rglob("*.html"))
        if "_static" not in path.parts
    }
    # Each file of the site, with the anchors of a page.
    site: dict[str, set[str] | None] = {str(path): None for path in root.rglob("*")}
    site |= {str(path): page.anchors for path, page in pages.items()}
    wrong = [
        f"{path.relative_to(root)}: loads {address}"
        for path, page in pages.items()
        for address in page.loads
        if OUTSIDE.match(address)
    ]
    wrong += [
        f"{path.relative_to(root)}: loads {match.group()}"
        for path in sorted(root.rglob("*.css"))
        for match in STYLE.finditer(path.read_text("utf-8", "replace"))
        if OUTSIDE.match(match.group(1) or match.group(2))
    ]
    wrong += [
        f"{path.relative_to(root)}: the link {link} leads nowhere"
        for path, page in pages.items()
        for link in dict.fromkeys(page.links)
        if not _arrives(path, link, site)
    ]
    wrong += [
        f"{path.relative_to(root)}: {picture} has no text for those who cannot see it"
        for path, page in pages.items()
        if "notebooks" not in path.parts
        for picture in page.without_alt
    ]
    wrong += _search(root, "rfm", "how-to/segments-rfm")
    print(*wrong, sep="\n")
    shown = sum(page.pictures for page in pages.values())
    print(f"{len(pages)} pages, {shown} pictures, {len(wrong)} faults")
    return len(wrong)


def _arrives(path: Path, link: str, site: dict[str, set[str] | None]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = str(path)
    if parts.path:
        target = normpath(path.parent / unquote(parts.path))
    if target not in site:
        return False
    anchors, anchor = site[target], unquote(parts.fragment)
    return not anchor or anchors is None or anchor in anchors


def _search(root: Path, word: str, page: str) -> list[str]:
    """Return a fault unless the title of ``page`` holds ``word`` for the search."""
    text = (root / "searchindex.js").read_text("utf-8")
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    found = index["titleterms"].get(word, [])
    numbers = found if isinstance(found, list) else [found]
    documents = {index["docnames"][number] for number in numbers}
    return [] if page in documents else [f"the search does not find {page} by {word!r}"]


if __name__ == "__main__":
    sys.exit(bool(main(Path(sys.argv[1]).resolve())))
