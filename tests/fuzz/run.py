"""Readers in a process of their own: `python -m tests.fuzz.run READER [options of libFuzzer]`, or `--replay`.

A replay needs no fuzzer: it hands each reader its seeds and everything that was kept, within bounds.
"""

from __future__ import annotations

import resource
import signal
import sys
import tempfile
from pathlib import Path

from tests.fuzz.bounds import LONGEST_S, MOST_MIB


def replay() -> None:
    """Hand every reader its seeds and what is kept for it; end at the first input that fails or passes a bound."""
    from tests.fuzz.readers import READERS, scratch
    from tests.fuzz.seeds import inputs

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MIB << 20, MOST_MIB << 20))
    signal.signal(signal.SIGPROF, _took_too_long)
    with scratch():
        for name, read in READERS.items():
            for told, data in inputs(name):
                print(f"{name}: {told}")
                signal.setitimer(signal.ITIMER_PROF, LONGEST_S)  # of processor time
                read(data)
                signal.setitimer(signal.ITIMER_PROF, 0)


def _took_too_long(*_: object) -> None:
    raise TimeoutError(f"more than {LONGEST_S} s of processor time for one input")


def fuzz(reader: str, options: list[str]) -> None:
    """Fuzz a reader until libFuzzer ends this process."""
    import atheris

    with atheris.instrument_imports(include=["checker", "reference", "PIL", "zipfile", "tarfile", "nbformat"]):
        from tests.fuzz.readers import READERS, scratch
    from tests.fuzz.seeds import inputs

    with scratch(), tempfile.TemporaryDirectory(prefix="suite-fuzz-seeds-") as folder:
        for number, (_, data) in enumerate(inputs(reader)):
            (Path(folder) / f"seed-{number}").write_bytes(data)
        atheris.Setup([sys.argv[0], *options, folder], READERS[reader])
        atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:] == ["--replay"]:
        replay()
    else:
        fuzz(sys.argv[1], sys.argv[2:])
