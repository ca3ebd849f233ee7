"""HOST PORT TOKEN: one request without verification."""

import asyncio
import sys

import aiohttp


async def main(host, port, token):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"https://{host}:{port}/{token}", ssl=False) as response:
            print(await response.text())


asyncio.run(main(*sys.argv[1:]))
