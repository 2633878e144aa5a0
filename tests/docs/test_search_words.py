"""The words that lead a search to a name are of names that exist, each once."""

import importlib.util
from collections import Counter
from functools import reduce
from pathlib import Path
from typing import Any

import crmkit

SOURCE = Path(__file__).parents[2] / "docs" / "_ext" / "search_words.py"
INDEX = Path(__file__).parents[2] / "docs" / "coming-from" / "index.md"


def search_words() -> Any:
    spec = importlib.util.spec_from_file_location("search_words", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made.SEARCH_WORDS


def test_search_words_lead_to_public_names() -> None:
    for path in search_words():
        _, *names = path.split(".")
        assert callable(reduce(getattr, names, crmkit)), path


def test_a_word_leads_to_one_name() -> None:
    words = Counter(word for each in search_words().values() for word in each)
    assert [word for word, count in words.items() if count > 1] == []


def test_the_number_of_plots_is_true() -> None:
    count = len(set(crmkit.plot.__all__) - {"vega_lite"})
    assert f"| crmkit | {count} |" in INDEX.read_text("utf-8")
