"""Turn findings into one HTML page."""
