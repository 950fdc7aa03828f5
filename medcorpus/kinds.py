"""Kinds of running text: what sources state, and what the limits of quality go by."""

from __future__ import annotations

KINDS = ("web", "book", "article", "leaflet", "table", "guideline", "exam", "dialogue")
"""They differ in what is normal in them: a leaflet's lists are a web page's debris."""
