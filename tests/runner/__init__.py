"""What a group of tests is made of; __main__.py says how groups are run.

A group is a directory below tests/ with a group.py, which has

    rows(options)                yields a Row or Rows for everything that can be run, and does nothing else
    place(options, selected)     a context manager: where the rows with these names run; its value is given to each row
    enter()                      optional: called first, before anything is made, as by namespace.enter

and is loaded into a process of its own, so that groups may have modules of the same name.
"""

from runner.row import Cases, Claims, Row, Rows, Said, Unavailable

__all__ = ["Cases", "Claims", "Row", "Rows", "Said", "Unavailable"]
