"""Commands for places without internet: mirror a product, and serve mirrors to the standard clients."""

from __future__ import annotations

import os
from pathlib import Path

import click

from medcorpus.commands import options
from medcorpus.console import Output

WRITE_TOKEN, READ_TOKEN = "MEDCORPUS_HUB_TOKEN", "MEDCORPUS_HUB_READ_TOKEN"
PORT = 8400


@click.command()
@click.argument("product")
@click.option(
    "--to", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Mirrors' folder."
)
@click.option("--from", "address", default="", help="hf://NAMESPACE/NAME, in place of the product's own repository.")
@click.option("--version", "versions", multiple=True, help="Only this version; may be given several times.")
@options.common
def mirror(product: str, folder: Path, address: str, versions: tuple[str, ...], out: Output) -> None:
    """Copy a product's repository for use without internet.

    Every version comes with its files, verified against its manifest. Run it again to bring what is new. Serve the
    folder with `medcorpus hub serve`.
    """
    from medcorpus import mirror as mirroring
    from medcorpus import products, published

    name = products.get(product).name
    with out.progress() as watch:
        done = mirroring.mirror(
            address or f"hf://{published.default_repository(name)}", folder, versions=versions, watch=watch
        )
    value = {"repository": done.repository, "versions": done.versions, "files": done.files, "bytes": done.bytes}
    facts = {
        "versions": ", ".join(done.versions),
        "downloaded": f"{done.files:,} files, {done.bytes:,} bytes",
        "serve it with": f"medcorpus hub serve {folder}",
    }
    out.result(value, bare=done.versions, human=lambda: out.facts(f"{done.repository} in {folder}\n", facts))


@click.group()
def hub() -> None:
    """Serve mirrors to the standard clients."""


@hub.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 is every network.")
@click.option(
    "--port", default=PORT, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--write", is_flag=True, help=f"Let those write who have the token of {WRITE_TOKEN}.")
@options.common
def serve(folder: Path, host: str, port: int, write: bool, out: Output) -> None:
    """Serve a folder of mirrors as a Hub.

    The clients need nothing but HF_ENDPOINT. The server is read-only and on the loopback unless told otherwise.
    Private and gated repositories are for holders of the token of MEDCORPUS_HUB_READ_TOKEN. Who uploads sets
    HF_HUB_DISABLE_XET=1: files are taken by HTTP.
    """
    from medcorpus.hub.server import Hub

    tokens = {
        os.environ[name]: role for name, role in ((READ_TOKEN, "read"), (WRITE_TOKEN, "write")) if os.environ.get(name)
    }
    if write and "write" not in tokens.values():
        raise click.UsageError(f"--write needs a token in {WRITE_TOKEN}")
    running = Hub(folder, tokens=tokens, writable=write, host=host, port=port)
    value = {"endpoint": running.url, "repositories": running.repositories.names(), "writable": write}
    facts = {"use it with": f"HF_ENDPOINT={running.url}", "repositories": ", ".join(running.repositories.names())}
    facts |= {"may be written": "with the token" if write else "no", "stop it with": "Ctrl-C"}
    out.result(value, bare=[running.url], human=lambda: out.facts(f"{folder}\n", facts))
    running.run()


COMMANDS = (mirror, hub)
