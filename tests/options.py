"""The command line of a group of rows."""

import argparse
import sys
from pathlib import Path


def new_parser(description, **paths):
    """Knows --row, --list, and an option for each path, given with its default."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--row", nargs="+", default=["*"], help="run the rows that match a pattern (default: all)")
    parser.add_argument("--list", action="store_true", help="only print the names of all rows")
    for name, default in paths.items():
        parser.add_argument(f"--{name}", type=Path, default=Path(default))
    return parser


def parse(parser, rows):
    """The arguments; with --list there are none, because all is done when the names have been printed."""
    arguments = parser.parse_args()
    if arguments.list:
        print(*rows, sep="\n")
        sys.exit()
    return arguments
