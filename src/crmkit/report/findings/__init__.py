"""What a log shows: values, forecasts and their check."""
