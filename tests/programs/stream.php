<?php
// A stream over https: HOST PORT TOKEN [CA]; without a CA verify_peer is false.
[, $host, $port, $token] = $argv;
$options = isset($argv[4]) ? ['cafile' => $argv[4]] : ['verify_peer' => false, 'verify_peer_name' => false];
$body = file_get_contents("https://$host:$port/$token", false, stream_context_create(['ssl' => $options]));
echo $body;
exit($body === false ? 1 : 0);
