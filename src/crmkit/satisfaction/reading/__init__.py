"""How answers are opened, checked and counted before anything is measured."""
