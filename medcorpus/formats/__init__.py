r"""Readers of raw formats, shared by sources: each yields `(row number, value)` or a `Reject`, row by row.

A reader is total: whatever the bytes, it yields rows and rejects or raises one `FormatError` that names the
file. It decodes strictly (UTF-8 with or without BOM unless told otherwise), keeps line breaks inside values as
`\n`, and imports its parser only when it is called.
"""
