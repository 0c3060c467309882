"""Branches, exception generation and system instructions."""
