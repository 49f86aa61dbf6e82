"""Styles, views (what is shown of a run) and still figures in matplotlib."""
