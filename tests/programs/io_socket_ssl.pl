# IO::Socket::SSL: HOST PORT TOKEN [CA-FILE]. Without a CA file verification is switched off.
use strict;
use warnings;
use IO::Socket::SSL;

my ($host, $port, $token, $trust) = @ARGV;
my @verification = $trust ? (SSL_ca_file => $trust) : (SSL_verify_mode => SSL_VERIFY_NONE);
my $socket = IO::Socket::SSL->new(PeerHost => $host, PeerPort => $port, @verification);
unless ($socket) {
    print STDERR "$SSL_ERROR\n";
    exit 1;
}
print $socket "GET /$token HTTP/1.0\r\n\r\n";
my @answer = <$socket>;
print $answer[-1];
