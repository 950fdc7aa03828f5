"""Makes the checkout's `sources/` folder importable as `medcorpus.corpora`; the wheel carries the folder itself.

Not `medcorpus.sources`: that is the function notebooks call.
"""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parent.parent / "sources")]
