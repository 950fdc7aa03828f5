"""Yanking a version on the Hub: it stays for whoever names it, with a warning, and is the latest no longer."""

from __future__ import annotations

import json

from medcorpus import yanked
from medcorpus.errors import MedcorpusError, UnknownNameError
from medcorpus.home import home_folder
from medcorpus.publishing.hub_target import HubTarget
from medcorpus.publishing.lookalikes import Lookalikes
from medcorpus.publishing.targets import Change, Content
from medcorpus.release import MANIFEST
from medcorpus.yanked import Mark


def yank(address: str, version: str, mark: Mark | None) -> dict[str, Mark]:
    """Yank a version, or take the mark away; give all that are yanked.

    Raises:
        UnknownNameError: There is no such version.
        MovedError: Somebody else published meanwhile; nothing was changed.
        VerificationError: The reason repeats text that stays on this machine.
        HubError: The Hub cannot be reached, or refuses.
    """
    target, version = HubTarget(address), version.removeprefix("v")
    head = target.head()
    known = {t.removeprefix("v") for t in head.tags}
    if version not in known:
        raise UnknownNameError("version", version, known)
    before = yanked.parse(target.read(yanked.FILE, head), address) if yanked.FILE in head.files else {}
    if mark is None and version not in before:
        raise MedcorpusError("is not yanked", where=f"{address} {version}", fix="nothing is to be done")
    after = {v: m for v, m in before.items() if v != version} | ({version: mark} if mark else {})
    if after != before:
        product = json.loads(target.read(MANIFEST, head))["product"]
        content = Content.of(yanked.text_of(product, after))
        Lookalikes(home_folder()).check([(yanked.FILE, str(mark.reason if mark else ""))])
        change = Change("change" if yanked.FILE in head.files else "add", yanked.FILE, content.size, content.sha256)
        word = "yank" if mark else "restore"
        target.put([change], {yanked.FILE: content}, head, f"{word} {version}", version)
    return after
