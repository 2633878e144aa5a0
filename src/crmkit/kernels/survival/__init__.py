"""How long customers stay: event tables, renewals and gaps between purchases."""
