"""Connects twice at once through libpq's default, sslmode=prefer, and prints how each ended: HOST PORT."""
import sys

import psycopg2

for attempt in "first", "second":
    try:
        psycopg2.connect(host=sys.argv[1], port=sys.argv[2], user="postgres", dbname="postgres", sslmode="prefer")
    except psycopg2.OperationalError as error:
        print(attempt, "attempt:", str(error).partition("\n")[0])
    else:
        print(attempt, "attempt: connected")
