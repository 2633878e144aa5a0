"""Summarise a log inside DuckDB, from a relation to a relation."""

import duckdb

import crmkit as ck

with duckdb.connect() as connection:
    connection.register("arrow_log", ck.datasets.load_cdnow(backend="pyarrow"))
    connection.sql("create table log as select * from arrow_log")
    customers = ck.rfm_summary(
        connection.table("log"), observation_period_end="1997-09-30", time_unit="week"
    )
    print(type(customers).__name__)
    print(
        customers.aggregate(
            "frequency > 0 as came_back, count(*) as customers, avg(T) as weeks_seen"
        ).order("came_back")
    )
