# IO::Socket::SSL with verification switched off: HOST PORT TOKEN.
use strict;
use warnings;
use IO::Socket::SSL;

my ($host, $port, $token) = @ARGV;
my $socket = IO::Socket::SSL->new(PeerHost => $host, PeerPort => $port, SSL_verify_mode => SSL_VERIFY_NONE);
unless ($socket) {
    print STDERR "$SSL_ERROR\n";
    exit 1;
}
print $socket "GET /$token HTTP/1.0\r\n\r\n";
my @answer = <$socket>;
print $answer[-1];
