"""Shared checkers: one a kind of thing (model, corpus), so that a new one is tested in ten lines."""
