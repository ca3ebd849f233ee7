"""Opens so many descriptors, then connects without SNI: asyncio_client.py DESCRIPTORS HOST PORT"""

import asyncio
import os
import resource
import ssl
import sys


async def main(host, port):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname="")
    writer.write(b"GET / HTTP/1.0\r\n\r\n")
    await reader.read()


resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
taken = [os.dup(0) for _ in range(int(sys.argv[1]))]
asyncio.run(main(sys.argv[2], int(sys.argv[3])))
