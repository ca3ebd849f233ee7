#include "peer/proxy_environment.h"

#include "process/start.h"

size_t proxy_environment(struct proxy proxies[static PROXY_VARIABLES])
{
    const struct start *start = start_get();
    size_t count = 0;
    for (size_t i = VARIABLE_PROXIES; start != NULL && i < VARIABLES; i++)
        if (start->variables[i] != NULL && proxy_parse(start->variables[i], &proxies[count]))
            count++;
    return count;
}
