"""The only door to narwhals: frames come in here, and leave as they came.

Every other module reads columns, rules and tables through these few functions; of
narwhals itself they see only expressions, through ``nw``.
"""

import narwhals.stable.v2 as nw

from .asked_rules import Rule, refuse, sound_row_count
from .calendar_dates import with_calendar_dates
from .cell_scores import cells, score_cells, with_scores
from .column_rules import (
    HUGE,
    flag_rules,
    id_rules,
    known_rows,
    missing,
    number_rules,
    probability_rules,
    read_numbers,
    require_groups,
    require_ids,
    require_numbers,
    require_present,
    unsound,
    whole_rules,
)
from .column_writers import SUMMARY_COLUMNS
from .conversion import (
    EagerFrame,
    Frame,
    LazyFrame,
    collect,
    column_names,
    column_types,
    is_lazy,
    native,
    numbers,
    plain_numbers,
    read,
    read_eager,
    row_count,
    table,
    with_arrays,
    with_columns_of,
    with_plain_text,
)
from .date_columns import (
    day_numbers,
    epoch_day,
    instants,
    period_start,
    require_dates,
    time_zone,
    with_day_numbers,
)
from .group_values import with_group_values
from .ids_of_two_frames import matched_ids, require_one_row_each
from .joined_table import beside
from .kept_rows import run_once
from .narrowed_values import Cuts, close_values, value_histogram, value_histograms
from .ordered_groups import Totals, total_groups
from .result_tables import result_table, sorted_rows
from .row_groups import Groups, distinct_ids, group_rows

__all__ = [
    "HUGE",
    "SUMMARY_COLUMNS",
    "Cuts",
    "EagerFrame",
    "Frame",
    "Groups",
    "LazyFrame",
    "Rule",
    "Totals",
    "beside",
    "cells",
    "close_values",
    "collect",
    "column_names",
    "column_types",
    "day_numbers",
    "distinct_ids",
    "epoch_day",
    "flag_rules",
    "group_rows",
    "id_rules",
    "instants",
    "is_lazy",
    "known_rows",
    "matched_ids",
    "missing",
    "native",
    "number_rules",
    "numbers",
    "nw",
    "period_start",
    "plain_numbers",
    "probability_rules",
    "read",
    "read_eager",
    "read_numbers",
    "refuse",
    "require_dates",
    "require_groups",
    "require_ids",
    "require_numbers",
    "require_one_row_each",
    "require_present",
    "result_table",
    "row_count",
    "run_once",
    "score_cells",
    "sorted_rows",
    "sound_row_count",
    "table",
    "time_zone",
    "total_groups",
    "unsound",
    "value_histogram",
    "value_histograms",
    "whole_rules",
    "with_arrays",
    "with_calendar_dates",
    "with_columns_of",
    "with_day_numbers",
    "with_group_values",
    "with_plain_text",
    "with_scores",
]
