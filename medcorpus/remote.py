"""The Hub as medcorpus calls it: addresses, patience with what passes, and errors that say what to do.

Only `huggingface_hub` speaks to it. What it raises is turned into one line without any token in it; what may pass (too
many requests, a server that is down, a broken connection) is tried again, everything else is told at once.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from medcorpus.errors import HubError, MedcorpusError, VerificationError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

SCHEME = "hf://"
KIND = "dataset"
"""What repositories hold, as the Hub calls it."""
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{8,}|(?<=Bearer )[^\s'\"]+")
GIT_OID = re.compile(r"[0-9a-f]{40}")
WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts, where the Hub does not ask for others."""
LONGEST_WAIT = 300.0
LONGEST_SILENCE = 120.0
"""Seconds in which not a byte comes before a request is given up: twice what the Hub gives itself for a commit."""
PASSING = frozenset((408, 429, 500, 502, 503, 504))
HTTP = ("httpx", "httpx2", "httpcore", "httpcore2")
"""Libraries, one for each version of huggingface_hub, whose errors mean that no answer came."""
ADVICE = {
    401: "log in with `hf auth login`, or set HF_TOKEN to a token that may see and, to publish, write the repository",
    403: "ask for access on the repository's page, or use a token that has the right",
    404: "check the name of the repository and the version",
    409: "look at what is there already",
    412: "make a new plan",
    413: "the Hub takes no request of this size",
    429: "wait a while: the Hub limits how often it is asked",
}
KINDS = {
    "GatedRepoError": "ask for access on the repository's page, then log in with `hf auth login` or set HF_TOKEN",
    "RepositoryNotFoundError": "check the name; for a private repository log in with `hf auth login` or set HF_TOKEN",
}
"""Advice that says more than the status, by the client's name for the error."""
Answer = TypeVar("Answer")
sleep = time.sleep


def is_address(text: str) -> bool:
    """Say whether a text is the address of a repository on the Hub."""
    return text.startswith(SCHEME)


def repository_of(address: str) -> str:
    """Give the repository that an address names.

    >>> repository_of("hf://medcorpus/meds-ins"), repository_of("hf://datasets/medcorpus/mmedc")
    ('medcorpus/meds-ins', 'medcorpus/mmedc')

    Raises:
        MedcorpusError: It names none.
    """
    name = address.removeprefix(SCHEME).removeprefix("datasets/").strip("/")
    if not REPOSITORY.fullmatch(name):
        raise MedcorpusError("this is no address of a repository", where=address, fix="write it hf://namespace/name")
    return name


def endpoint() -> str | None:
    """Give the Hub's address where HF_ENDPOINT states one, such as a mirror's."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or None


def api() -> HfApi:
    """Give the client; it finds the token by itself, and medcorpus never sees it."""
    import huggingface_hub

    return huggingface_hub.HfApi(endpoint=endpoint(), **_named())


def download(repository: str, filename: str, **options: Any) -> Path:
    """Bring a file of a data set repository into the cache of huggingface_hub, if it is not there.

    Raises:
        VerificationError: It is a small file, and not the one that the Hub lists; the copy was removed.
    """
    from huggingface_hub import hf_hub_download

    path = Path(hf_hub_download(repository, filename, repo_type=KIND, endpoint=endpoint(), **_named(), **options))
    if not _is_listed(path):
        discard(path)
        told = "what was downloaded is not what the Hub lists"
        raise VerificationError(told, where=f"{SCHEME}{repository}/{filename}", fix="run the same again")
    return path


def _is_listed(path: Path) -> bool:
    """Say whether a small file is the one that the Hub lists: the cache names it by git's id, where it has links."""
    from medcorpus.hub.repositories import git_oid

    stated = path.resolve().name
    return not GIT_OID.fullmatch(stated) or git_oid(path.read_bytes()) == stated


def discard(path: Path) -> None:
    """Remove a damaged file from the cache, so that it is downloaded again."""
    path.resolve().unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def snapshot(repository: str, revision: str, paths: Sequence[str]) -> None:
    """Bring many files of a revision into the cache, those that are not there."""
    api().snapshot_download(repository, repo_type=KIND, revision=revision, allow_patterns=list(paths))


def tags(repository: str) -> dict[str, str]:
    """Ask for the tags of a data set repository and the commits that they name.

    `HfApi` would do it as well; its import takes longer than all the rest of a first load.
    """
    from huggingface_hub import constants

    http = import_module("huggingface_hub.utils")
    address = f"{endpoint() or constants.ENDPOINT}/api/{KIND}s/{repository}/refs"
    answer = http.get_session().get(address, headers=http.build_hf_headers(**_named()))
    http.hf_raise_for_status(answer)
    return {t["name"]: t["targetCommit"] for t in answer.json()["tags"]}


def _named() -> dict[str, Any]:
    import medcorpus

    return {"library_name": "medcorpus", "library_version": medcorpus.__version__}


def patiently(call: Callable[[], Answer], what: str, where: str, *, waits: Sequence[float] = WAITS) -> Answer:
    """Call until there is an answer, an error that will not pass, or no patience left.

    Args:
        call: Something that may be done twice.
        what: What it does, for the error: "list the files".
        where: The repository.
        waits: Seconds between attempts.

    Raises:
        HubError: There was no answer.
    """
    for wait in (*waits, None):
        try:
            _never_wait_for_ever()
            return call()
        except MedcorpusError:
            raise
        except Exception as error:
            asked = retry_after(error)
            if wait is None or not may_pass(error) or (asked or 0) > LONGEST_WAIT:
                # Not `from error`: what the server said is shown with a traceback, and it may repeat a token.
                raise explained(error, what, where) from None
            sleep(wait if asked is None else asked)
    raise AssertionError("unreachable")


def _never_wait_for_ever() -> None:
    """Bound how long the client waits for an answer, unless somebody has: by itself it waits for ever."""
    session = import_module("huggingface_hub.utils").get_session()
    if session.timeout.read is None:
        session.timeout = LONGEST_SILENCE


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def response_of(error: BaseException) -> Any:
    """Give the answer behind an error; None when none came."""
    return next((r for e in _chain(error) if (r := getattr(e, "response", None)) is not None), None)


def status_of(error: BaseException) -> int:
    """Give the status of the answer behind an error; 0 when none came."""
    response = response_of(error)
    return int(response.status_code) if response is not None else 0


def may_pass(error: BaseException) -> bool:
    """Say whether the same request may succeed later."""
    if (status := status_of(error)) != 0:
        return status in PASSING
    return any(_is_broken_connection(e) for e in _chain(error))


def _is_broken_connection(error: BaseException) -> bool:
    return isinstance(error, ConnectionError | TimeoutError) or type(error).__module__.split(".")[0] in HTTP


def retry_after(error: BaseException) -> float | None:
    """Give the seconds that the Hub asks to wait."""
    response = response_of(error)
    stated = response.headers.get("Retry-After", "") if response is not None else ""
    return float(stated) if stated.isdecimal() else None


def explained(error: BaseException, what: str, where: str) -> HubError:
    """Turn what the client raised into one line that says what to do; it holds no token."""
    status = status_of(error)
    if status:
        told = getattr(response_of(error), "headers", {}).get("X-Error-Message", "")
        reason = f"the Hub answered {status}{f' ({told})' if told else ''}"
        fix = ADVICE.get(
            status, "try again later; what was sent is kept" if status in PASSING else "look at the answer"
        )
        kinds = {type(e).__name__ for e in _chain(error)}
        fix = next((advice for kind, advice in KINDS.items() if kind in kinds), fix)
    elif may_pass(error):
        reason, fix = "the Hub cannot be reached", "check the network and HF_ENDPOINT, then run the same again"
    else:
        reason, fix = (
            f"{type(error).__name__}: {str(error)[:200]}",
            "run the same again, and check that HF_ENDPOINT is a Hub's address",
        )
    made = HubError(scrubbed(f"cannot {what}: {reason}"), where=where, fix=fix)
    made.status = status
    return made


def scrubbed(text: str) -> str:
    """Take tokens out of a text.

    >>> scrubbed("Authorization: Bearer abc, hf_0123456789abcdef")
    'Authorization: Bearer ***, ***'
    """
    for secret in filter(None, (os.environ.get("HF_TOKEN", ""), os.environ.get("HUGGING_FACE_HUB_TOKEN", ""))):
        text = text.replace(secret, "***")
    return TOKEN.sub("***", text)
