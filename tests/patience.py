"""How long tests wait for what is sure to come: guards against what hangs, never what decides a row.

A loaded machine may take many times as long as an idle one.
"""

HANG_SECONDS = 300  # a program, a server's start
LOG_SECONDS = 120  # what a server writes after the program has ended
