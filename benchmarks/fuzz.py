"""Fuzz what reads strangers' bytes, for a bounded time, guided by the code that they reach.

    python benchmarks/fuzz.py [TARGET ...] [--seconds 60] [--corpus DIR]

Each target of `fuzz_targets.py` runs in a process of its own for so many seconds, or until it
fails: by an exception that its function does not document, by a result that is unsafe, or by an
input that takes longer than SLOWEST. `--corpus` keeps the inputs that reached something new, for
the next run, and those that failed, as `TARGET-crash-…` or `TARGET-timeout-…`.

atheris is too heavy for the development requirements. Get it for a run only:

    python -m venv /tmp/fuzz
    /tmp/fuzz/bin/pip install -r requirements.txt && /tmp/fuzz/bin/pip install atheris
    /tmp/fuzz/bin/python benchmarks/fuzz.py
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

NAMES = ("feed", "html", "address", "answer", "page")
SLOWEST = 10
"""Seconds for one input, under instrumentation that slows it several times."""
LONGEST = 8192
"""Bytes of an input."""
MEMORY = 2048
"""Megabytes."""
_PROGRESS = ("#", "INFO:", "MS:", "0x", "stat::")


def fuzz(name: str, seconds: int, corpus: Path) -> None:
    """Run one target in this process, which ends with it."""
    import atheris  # needed for a run only

    with atheris.instrument_imports(include=["articles", "feedparser"]):
        import fuzz_targets  # only what is imported here is watched

    inputs = corpus / name
    inputs.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(fuzz_targets.SEEDS[name]):
        (inputs / f"seed-{number}").write_bytes(seed)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST}",
        f"-max_len={LONGEST}",
        f"-rss_limit_mb={MEMORY}",
        f"-artifact_prefix={corpus / name}-",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], str(inputs), *options], fuzz_targets.TARGETS[name])
    atheris.Fuzz()


def run(names: Sequence[str], seconds: int, corpus: Path) -> list[str]:
    """Fuzz each target in a process of its own; the names of those that failed."""
    script = [sys.executable, __file__, "--seconds", str(seconds), "--corpus", str(corpus)]
    failed = []
    for name in names:
        ended = subprocess.run([*script, "--only", name], check=False, capture_output=True)
        told = (ended.stdout + ended.stderr).decode("utf-8", "replace").splitlines()
        done = [line for line in told if line.startswith("Done ")]
        print(f"{name}: {done[-1] if done else 'failed'}", flush=True)
        if ended.returncode:
            print(*(line for line in told if not line.startswith(_PROGRESS)), sep="\n")
            failed.append(name)
    return failed


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(NAMES))
    parser.add_argument("--seconds", type=int, default=60, help="for each (default: 60)")
    parser.add_argument("--corpus", type=Path, help="default: thrown away")
    parser.add_argument("--only", choices=NAMES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.targets) - set(NAMES):
        parser.error(f"no target: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        corpus = (options.corpus or Path(folder)).resolve()
        if options.only:
            fuzz(options.only, options.seconds, corpus)
        if failed := run(options.targets or NAMES, options.seconds, corpus):
            sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
