# A Tcl client that verifies nothing and sends no SNI: tcl_client.tcl HOST PORT
package require tls
set channel [tls::socket [lindex $argv 0] [lindex $argv 1]]
tls::handshake $channel
