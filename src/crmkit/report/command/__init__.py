"""The command line: options, progress and messages."""
