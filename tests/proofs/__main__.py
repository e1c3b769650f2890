"""Say which published tables are stale, or write them.

    python -m tests.proofs                      # which tables of docs/method.md are older than the code they prove
    python -m tests.proofs --full [NAME ...]    # run these proofs (all of them) at full size and write their tables

A proof that misses its acceptance figure writes nothing.
"""

import argparse
import importlib

from tests.proofs.published import PROOFS, digest, publish, published


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.proofs")
    parser.add_argument("names", nargs="*", choices=[[], *PROOFS], metavar="NAME", help=", ".join(PROOFS))
    parser.add_argument("--full", action="store_true")
    given = parser.parse_args(arguments)
    for name in given.names or PROOFS:
        if given.full:
            of = digest(name)  # before it runs: files may change meanwhile
            publish(name, list(importlib.import_module(f"tests.proofs.{name}").table()), of)
        print(f"{name}: {'as published' if published().get(name) == digest(name) else 'stale'}", flush=True)


if __name__ == "__main__":
    main()
