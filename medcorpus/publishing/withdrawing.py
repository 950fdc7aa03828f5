"""Withdrawing a version: it stays where it is for whoever names it, with a warning, and is the latest no longer."""

from __future__ import annotations

import json

from medcorpus import atomic
from medcorpus.errors import MedcorpusError, UnknownNameError
from medcorpus.published import WITHDRAWN
from medcorpus.publishing.hub_target import HubTarget
from medcorpus.publishing.targets import Change, Content


def withdraw(address: str, version: str, reason: str) -> dict[str, str]:
    """Withdraw a version, or change the reason; give all that are withdrawn.

    Raises:
        UnknownNameError: There is no such version.
        MovedError: Somebody else published meanwhile; nothing was changed.
        HubError: The Hub cannot be reached, or refuses.
    """
    if not reason.strip():
        raise MedcorpusError("a version is withdrawn for a reason", where=address, fix="state it with --reason")
    target = HubTarget(address)
    head = target.head()
    known = {t.removeprefix("v") for t in head.tags}
    if version.removeprefix("v") not in known:
        raise UnknownNameError("version", version, known)
    before = json.loads(target.read(WITHDRAWN, head)) if WITHDRAWN in head.files else {}
    after: dict[str, str] = {**before, version.removeprefix("v"): " ".join(reason.split())}
    if after != before:
        content = Content.of(atomic.json_bytes(after))
        change = Change("change" if before else "add", WITHDRAWN, content.size, content.sha256)
        target.put([change], {WITHDRAWN: content}, head, f"withdraw {version}")
    return after
