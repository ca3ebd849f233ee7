#include "pin/pin.h"

#include "pin/key_file.h"
#include "pin/pin_options.h"
#include "pin/pin_print.h"
#include "server/host_port.h"
#include "server/server.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void examine(struct pinned_place *place, const struct server *server)
{
    char address[NI_MAXHOST] = "";
    struct tls_peer peer = {.chain = NULL};
    place->failed = !server_examine(server, &peer, address);
    for (int i = 0; i < sk_X509_num(peer.chain); i++)
        pinned_place_add_certificate(place, sk_X509_value(peer.chain, i));
    if (!place->failed && place->count == 0) {
        fprintf(stderr, "tlsward pin: %s: the server has sent no certificate\n", place->name);
        place->failed = true;
    }
    place->address = text_format("%s", address);
    tls_peer_free(&peer);
}

/* False where it is neither a file nor can be a server. */
static bool read_place(struct pinned_place *place, const struct pin_options *options)
{
    if (strchr(place->name, '/') != NULL || access(place->name, F_OK) == 0) {
        key_file_read(place);
        return true;
    }
    const char *why = "is no host name, and there is no such file";
    char *host = NULL;
    struct server server = {.program = "tlsward pin",
                            .port = options->starttls != NULL ? options->starttls->port : 443,
                            .starttls = options->starttls};
    bool understood =
        host_port_parse(place->name, &host, &server.port, &why) && peer_normalise(host, strlen(host), &server.name);
    server.host = host;
    if (understood)
        examine(place, &server);
    else
        fprintf(stderr, "tlsward pin: %s: %s\n", place->name, why);
    free(host);
    return understood;
}

int pin_main(int argc, char **argv)
{
    struct pin_options options;
    int status = pin_options_parse(argc, argv, &options);
    if (status >= 0)
        return status;
    struct pinned_place *places = text_grow(NULL, options.place_count, sizeof *places);
    bool understood = true;
    status = STATUS_OK;
    for (size_t i = 0; i < options.place_count; i++) {
        places[i] = (struct pinned_place){.name = options.places[i]};
        understood = read_place(&places[i], &options) && understood;
        if (places[i].failed)
            status = STATUS_UNREACHABLE;
    }
    (options.json ? pin_print_json : pin_print)(places, options.place_count);
    for (size_t i = 0; i < options.place_count; i++)
        pinned_place_free(&places[i]);
    free(places);
    return understood ? status : STATUS_USAGE;
}
