"""Fuzzing: ``make fuzz``, or ``python -m tests.fuzz [READER]… --minutes 10``. What it finds is kept for the tests."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from tests.fuzz.bounds import LARGEST_INPUT, LONGEST_S, MOST_RESIDENT_MIB
from tests.fuzz.readers import READERS
from tests.fuzz.seeds import KEPT

LARGEST_KEPT = 2 << 10  # bytes of an input that is kept for the lines that it reaches
MOST_KEPT = 40  # of them for one reader


@click.command()
@click.argument("readers", nargs=-1, type=click.Choice(list(READERS)))
@click.option("--minutes", type=click.FloatRange(min=0.05), default=10.0, show_default=True, help="For each reader.")
@click.option("--keep", is_flag=True, help="Keep small inputs that reach lines of their own.")
def main(readers: tuple[str, ...], minutes: float, keep: bool) -> None:
    """Fuzz readers one after the other; end with 1 when one of them did what it must not."""
    if importlib.util.find_spec("atheris") is None:
        raise click.ClickException("atheris is not installed: pip install -e '.[fuzz]' (Python 3.11 to 3.13, Linux)")
    found = [reader for reader in readers or READERS if not _fuzz(reader, minutes, keep)]
    if found:
        click.echo(f"Found something: {', '.join(found)}. The inputs are in {KEPT}; rename them after what they do.")
        sys.exit(1)
    click.echo("Nothing was found.")


def _fuzz(reader: str, minutes: float, keep: bool) -> bool:
    """Fuzz one reader; return whether nothing was found."""
    folder = KEPT / reader
    folder.mkdir(parents=True, exist_ok=True)
    click.echo(f"{reader}: {minutes:g} minutes")
    with tempfile.TemporaryDirectory(prefix="suite-fuzz-corpus-") as corpus:
        options = [f"-max_total_time={round(minutes * 60)}", f"-timeout={LONGEST_S}", f"-rss_limit_mb={MOST_RESIDENT_MIB}"]
        options += [f"-max_len={LARGEST_INPUT}", f"-artifact_prefix={folder}/", "-print_final_stats=1", "-verbosity=1"]
        ended = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.run", reader, *options, corpus], check=False, stderr=subprocess.PIPE
        )
        log = ended.stderr.decode("utf-8", "replace")
        for line in log.splitlines():
            if ended.returncode or line.startswith(("Done", "stat::number_of_executed", "stat::peak_rss")):
                click.echo(f"  {line}")
        if keep and not ended.returncode:
            _keep(Path(corpus), folder)
    return ended.returncode == 0


def _keep(corpus: Path, folder: Path) -> None:
    """Copy the smallest of the inputs that each reached a line which none had reached before."""
    small = [path for path in corpus.iterdir() if path.stat().st_size <= LARGEST_KEPT]
    for path in sorted(small, key=lambda path: path.stat().st_size)[:MOST_KEPT]:
        (folder / f"reaches-{path.name[:12]}").write_bytes(path.read_bytes())


if __name__ == "__main__":
    main()
