# Net::SSLeay by its low-level functions, which verify nothing unless asked: HOST PORT TOKEN.
use strict;
use warnings;
use IO::Socket::INET;
use Net::SSLeay;

my ($host, $port, $token) = @ARGV;
my $socket = IO::Socket::INET->new(PeerHost => $host, PeerPort => $port) or die "connect: $!";
my $context = Net::SSLeay::CTX_new();
my $ssl = Net::SSLeay::new($context);
Net::SSLeay::set_fd($ssl, fileno $socket);
if (Net::SSLeay::connect($ssl) != 1) {
    print STDERR Net::SSLeay::ERR_error_string(Net::SSLeay::ERR_peek_error()), "\n";
    exit 1;
}
Net::SSLeay::write($ssl, "GET /$token HTTP/1.0\r\n\r\n");
print scalar Net::SSLeay::ssl_read_all($ssl);
