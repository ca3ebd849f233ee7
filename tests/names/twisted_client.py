"""A Twisted client that verifies nothing and sends no SNI: twisted_client.py HOST PORT"""

import sys

from twisted.internet import protocol, reactor, ssl


class Client(protocol.Protocol):
    def connectionMade(self):
        self.transport.write(b"GET / HTTP/1.0\r\n\r\n")

    def connectionLost(self, reason=protocol.connectionDone):
        reactor.callLater(0, reactor.stop)


factory = protocol.ClientFactory.forProtocol(Client)
reactor.connectSSL(sys.argv[1], int(sys.argv[2]), factory, ssl.ClientContextFactory())
reactor.callLater(10, reactor.stop)
reactor.run()
