"""The sources: one folder each; CONTRIBUTING.md says what is in it."""
