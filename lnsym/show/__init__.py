"""Showing: verdicts, listings and traces as a person or a program reads them."""
