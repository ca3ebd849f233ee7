/* Runs a fuzz target over the files that are named: what was found once is found again by any compiler. */
#include "fuzz.h"

#include <stdio.h>

static bool replay(const char *path)
{
    static uint8_t buffer[1 << 20];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    size_t size = fread(buffer, 1, sizeof buffer, file);
    fclose(file);
    uint8_t *exact = malloc(size + 1); /* so that a sanitizer sees what reads beyond the end */
    require(exact != NULL);
    uint8_t *end = memcpy(exact + 1, buffer, size);
    LLVMFuzzerTestOneInput(end, size);
    free(exact);
    return true;
}

int main(int argc, char **argv)
{
    bool all = argc > 1;
    for (int i = 1; i < argc; i++)
        all = replay(argv[i]) && all;
    return all ? EXIT_SUCCESS : EXIT_FAILURE;
}
