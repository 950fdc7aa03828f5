"""The sources: one folder each; see `sources/README.md` and CONTRIBUTING.md."""
