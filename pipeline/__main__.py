"""`python -m pipeline`: hand the command line to `cli` and its exit code to the system."""

import sys


def main() -> None:
    """Run one command and leave with its exit code."""
    from pipeline.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
