"""What the two sources of the E3C corpus share: where it is, its languages, its licences and its split."""

from __future__ import annotations

import re

COMMIT = "8196181eacd5d65828d324dcc63970c503aff5e9"
URL = f"https://raw.githubusercontent.com/hltfbk/E3C-Corpus/{COMMIT}/{{path}}"
README = f"https://github.com/hltfbk/E3C-Corpus/blob/{COMMIT}/README.md"
EVIDENCE = (
    "README.md: 'The E3C corpus is released under Creative Commons NonCommercial license (CC BY-NC)', without version; "
    "each document names a licence of its own besides, 75 of them none"
)
FOLDERS = {"English": "en", "French": "fr", "Spanish": "es", "Italian": "it", "Basque": "eu"}

_TRAINING = """
EN 100017 100022 100024 100029 100090 100156 100184 100265 100310 100399 100415 100427 100432 100466 100497 100593
   100605 100645 100655 100700 100705 103007 103220 103266 103442 104184 104655 104891 105223 105832 106156 106489
   107405 107424 108254 108798
FR 100003 100078 100092 100120 100168 100275 100276 100283 100314 100439 100453 100480 100510 100515 100579 100597
   100614 100629 100658 100666 100697 100708 100780 100806 100814 100826 100845 100874 100883 100894 100903 100925
   100932 100959 100979 100994
ES 100001 100002 100030 100042 100079 100143 100163 100178 100214 100363 100410 100412 100417 100445 100513 100526
   100569 100594 100634 100642 100686 100688 100705 100713 100715 100727 100737 100775 100778 100803 100819 100832
   100840 100848 100937 100947
IT 100002 100003 100010 100015 100333 100368 100402 100415 100460 100667 100682 100711 100742 100753 100779 100862
   100963 101004 101011 101060 101061 101073 101097 101104 101106 101137 101141 101143 101158 101164 101165 101172
   101179 101184 101197 102056
EU 100001 100005 100010 100013 100017 100018 100019 100020 100022 100024 100027 100028 100031 100035 100040 100043
   100046 100063 100071 100084 100091 100103 100104 100107 100114 100116 100117 100123 100129 100135 100136 100137
   100168 100189
"""
"""The training documents of layer 1, from documentation/train_test_split.txt; the others of that layer are its test."""

_LICENSE = re.compile(r"CC[ -]BY(-NC)?(-SA)?( \d\.\d)?")


def _training() -> frozenset[str]:
    names, prefix = set(), ""
    for word in _TRAINING.split():
        prefix = word if word.isalpha() else prefix
        names.add(prefix + word)
    return frozenset(names)


TRAINING = _training()


def split_of(name: str, layer: str) -> str:
    """Give the split of a document: upstream divides layer 1 only, the other layers are for training.

    >>> split_of("EN100017", "layer1"), split_of("EN100030", "layer1"), split_of("EN100030", "layer3")
    ('train', 'test', 'train')
    """
    return "train" if layer != "layer1" or name in TRAINING else "test"


def license_of(stated: str) -> str:
    """Write the licence a document states in one way; one that is none (`eu`, in 75 Basque ones) is unknown.

    >>> license_of("CC BY 4.0"), license_of("CC-BY-NC"), license_of("eu")
    ('CC-BY-4.0', 'CC BY-NC', 'unknown')
    """
    found = _LICENSE.fullmatch(stated.strip())
    if found is None:
        return "unknown"
    terms = f"BY{found[1] or ''}{found[2] or ''}"
    return f"CC-{terms}-{found[3].strip()}" if found[3] else f"CC {terms}"


def date_of(stated: str) -> str:
    """Cut a date where upstream puts letters for what it does not know.

    >>> date_of("2019-06-DD"), date_of("2017-MM-DD "), date_of("20-06-DD")
    ('2019-06', '2017', '')
    """
    found = re.match(r"\d{4}(-\d\d(-\d\d)?)?(?![\d])", stated)
    return found[0] if found else ""
