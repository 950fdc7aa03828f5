"""Measurements: what medcorpus costs against the bare tools under it. Nothing here asserts; `make bench` prints."""
