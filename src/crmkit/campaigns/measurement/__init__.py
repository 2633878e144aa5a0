"""What a campaign added: response, incremental profit and uplift."""
