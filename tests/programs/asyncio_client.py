"""asyncio streams, which drive TLS through memory BIOs: HOST PORT TOKEN [sni]; nothing is verified."""
import asyncio
import ssl
import sys

host, port, token, *sni = sys.argv[1:]


async def main():
    reader, writer = await asyncio.open_connection(
        host, int(port), ssl=ssl._create_unverified_context(), server_hostname=host if sni else "")
    writer.write(f"GET /{token} HTTP/1.0\r\n\r\n".encode())
    print((await reader.read()).splitlines()[-1])
    writer.close()


asyncio.run(main())
