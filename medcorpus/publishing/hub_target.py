"""A repository on the Hub: uploads first, then one commit that names its parent, then a tag."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from medcorpus import remote
from medcorpus.errors import HubError, MovedError, VerificationError
from medcorpus.publishing import stage_branch
from medcorpus.publishing.targets import Change, Content, Head, Held

MAIN = "main"
ROWS = ".parquet"
"""Ending of the files that a very large release has most of; documents are small and change with every release."""


class HubTarget:
    """A data set repository, which is created when something is first put into it."""

    def __init__(self, address: str, *, private: bool = False) -> None:
        self.address, self.repository, self.private = address, remote.repository_of(address), private
        self.api: Any = remote.api()

    def ask(self, what: str, call: Any, *arguments: Any, **options: Any) -> Any:
        """Let the client ask the Hub something about this repository, patiently.

        Raises:
            HubError: There was no answer.
        """
        options = {"repo_id": self.repository, "repo_type": remote.KIND, **options}
        return remote.patiently(lambda: call(*arguments, **options), what, self.address)

    def head(self, revision: str = "") -> Head:
        """Say what the main branch, or a revision, holds."""
        from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

        try:
            info = self.ask("look at the repository", self.api.repo_info, revision=revision or None)
        except HubError as error:
            cause = error.__context__
            if isinstance(cause, RepositoryNotFoundError) and not isinstance(cause, GatedRepoError):
                return Head()
            raise
        refs = self.ask("list the versions", self.api.list_repo_refs)
        tags = {t.name: t.target_commit for t in refs.tags}
        return Head(str(info.sha), self._tree(str(info.sha)), tags)

    def _tree(self, revision: str) -> dict[str, Held]:
        def listed(**options: Any) -> list[Any]:
            return list(self.api.list_repo_tree(recursive=True, revision=revision, **options))

        entries = self.ask("list the files", listed)
        files = [e for e in entries if getattr(e, "blob_id", None)]
        return {e.path: Held(e.size, e.lfs.sha256 if e.lfs else "", "" if e.lfs else e.blob_id) for e in files}

    def read(self, path: str, head: Head) -> bytes:
        """Read a small file past the cache, and see that it is the one that is held."""
        with tempfile.TemporaryDirectory() as folder:
            content = self.download(path, head.revision, Path(folder)).read_bytes()
        if not Content.of(content).is_at(head.files[path]):
            raise VerificationError("what was read is not what the Hub lists", where=f"{self.address}/{path}")
        return content

    def download(self, path: str, revision: str, folder: Path) -> Path:
        """Download a file past the cache; what it holds is not looked at."""
        options = {"revision": revision, "local_dir": str(folder)}
        return Path(self.ask(f"read {path}", self.api.hf_hub_download, filename=path, **options))

    def branches(self) -> dict[str, str]:
        """Give the branches and the commits that they point to."""
        refs = self.ask("list the branches", self.api.list_repo_refs)
        return {b.name: str(b.target_commit) for b in refs.branches}

    def put(
        self, changes: Sequence[Change], contents: Mapping[str, Content], head: Head, message: str, version: str
    ) -> str:
        """Upload what is large, which shows nowhere yet, or commit it to a branch, and commit everything at once."""
        from huggingface_hub import CommitOperationDelete

        head = head if head.revision else self._create()
        sent = [c for c in changes if c.action != "delete"]
        staged = [c.path for c in sent if c.path.endswith(ROWS)] if stage_branch.is_needed(sent) else []
        operations = stage_branch.copies(self, staged, contents, head, version) if staged else []
        added = sorted({c.path for c in sent}.difference(staged))
        operations += self.upload(added, contents, MAIN)
        operations += [CommitOperationDelete(path_in_repo=c.path) for c in changes if c.action == "delete"]
        return self._commit(operations, contents, head.revision, message)

    def upload(self, paths: Sequence[str], contents: Mapping[str, Content], branch: str) -> list[Any]:
        """Upload the large ones among files, and give the operations that a commit to the branch adds them all by."""
        from huggingface_hub import CommitOperationAdd

        added = [CommitOperationAdd(path_in_repo=p, path_or_fileobj=_source(contents[p])) for p in paths]
        options = {"additions": added, "revision": branch, "free_memory": False}
        self.ask("upload the files", self.api.preupload_lfs_files, **options)
        return added

    def _create(self) -> Head:
        options = {"exist_ok": True, **({"private": True} if self.private else {})}
        self.ask("create the repository", self.api.create_repo, **options)
        return self.head()

    def _commit(self, operations: list[Any], contents: Mapping[str, Content], parent: str, message: str) -> str:
        try:
            made = self.ask(
                "commit",
                self.api.create_commit,
                operations=operations,
                commit_message=message,
                parent_commit=parent,
            )
        except HubError as error:
            if remote.status_of(error) != 412:
                raise
            return self._own_commit(contents)
        return str(made.oid)

    def _own_commit(self, contents: Mapping[str, Content]) -> str:
        """Tell a commit whose answer was lost on the way from one that somebody else made."""
        head = self.head()
        if all(c.is_at(head.files.get(p)) for p, c in contents.items()):
            return head.revision
        told = "somebody else changed the repository since the plan was made; nothing was published"
        raise MovedError(told, where=self.address, fix="make a new plan and look at it")

    def tag(self, name: str, revision: str, message: str) -> None:
        """Tag a revision, and see that the tag names it; what brought it there is removed before."""
        stage_branch.remove(self, stage_branch.left_over(self))
        options = {"tag": name, "revision": revision, "tag_message": message, "exist_ok": True}
        self.ask(f"tag {name}", self.api.create_tag, **options)
        refs = self.ask("list the versions", self.api.list_repo_refs)
        if {t.name: t.target_commit for t in refs.tags}.get(name) != revision:
            fix = "look at the tags of the repository; a tag of a release is never moved"
            raise MovedError(f"tag {name} names another commit", where=self.address, fix=fix)

    def try_out(self, revision: str, configs: Mapping[str, str]) -> None:
        """Load a row with `datasets`, as its users do, and see that the first file of every configuration is one."""
        where = f"{self.address}@{revision[:12]}"
        first = next(iter(configs))
        remote.patiently(lambda: _first_row(self.repository, first, revision), f"load {first}", where)

        files = remote.patiently(lambda: self._listed(revision), "list the files", where)

        def look(path: str) -> None:
            remote.patiently(lambda: self._first_id(files, path, revision), f"load {path}", where)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(look, dict.fromkeys(configs.values())))

    def _listed(self, revision: str) -> Any:
        """Give the repository as a file system that has asked for all names at once."""
        from huggingface_hub import HfFileSystem

        files = HfFileSystem(endpoint=remote.endpoint(), skip_instance_cache=True)
        files.find(f"datasets/{self.repository}@{revision}/data")
        return files

    def _first_id(self, files: Any, path: str, revision: str) -> None:
        """Read the footer of a file and the first column of its first row."""
        import pyarrow.parquet as pq

        with files.open(f"datasets/{self.repository}@{revision}/{path}", block_size=2**20) as file:
            parquet = pq.ParquetFile(file)
            batch = next(parquet.iter_batches(batch_size=1, columns=parquet.schema_arrow.names[:1]), None)
        if batch is None or not batch.num_rows:
            raise VerificationError("gives no row", where=f"{self.address}/{path}", fix="nothing was tagged")


def _source(content: Content) -> bytes | str:
    return content.data if isinstance(content.data, bytes) else str(content.data)


def _first_row(name: str, config: str, revision: str) -> None:
    import datasets

    loaded = datasets.load_dataset(name, config, revision=revision, streaming=True)
    if next(iter(next(iter(loaded.values()))), None) is None:
        raise VerificationError(f"{config} gives no row", where=f"{name}@{revision}", fix="nothing was tagged")
