/* serves LEAF...: a server for each, for programs that are not linked with OpenSSL, until its input ends. */
#include "support.h"

#include <unistd.h>

enum { SERVERS_MAX = 4 };

int main(int argc, char **argv)
{
    struct server *servers[SERVERS_MAX];
    char byte;
    demand(argc > 1 && argc - 1 <= SERVERS_MAX);
    for (int i = 0; i < argc - 1; i++) {
        servers[i] = server_start(&(struct server_options){.leaf = argv[i + 1], .threads = 4});
        printf("%d\n", server_port(servers[i]));
    }
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    for (int i = 0; i < argc - 1; i++)
        printf("%zu\n", server_stop(servers[i]).received);
    return 0;
}
