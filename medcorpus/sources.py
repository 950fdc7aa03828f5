"""Makes the checkout's `sources/` folder importable as `medcorpus.sources`; the wheel carries the folder itself."""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parent.parent / "sources")]
