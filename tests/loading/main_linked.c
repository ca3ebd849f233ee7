/* main_linked PORT: linked with libssl, or with a library that is. */
#include "openssl.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    linked_client_run("linked", atoi(argv[1]));
    return 0;
}
