"""The stages, one file each: what they look for, their parameters, and the columns they add."""
