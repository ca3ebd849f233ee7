#include "event/name_list.h"

#include <stdio.h>
#include <string.h>

/* The name itself, or one that the wildcard covers: with the target's first label where it has one, else with "host".
 */
static bool name_to_try(const struct name_list *list, const char *name, struct peer_name *tried)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    char text[PEER_NAME_MAX];
    int written;
    if (strncmp(name, "*.", 2) == 0) {
        const char *host = list->target->text;
        size_t length = strspn(host, plain);
        bool covered = list->target->kind == PEER_HOST && length > 0 && host[length] == '.';
        written = snprintf(text, sizeof text, "%.*s%s", covered ? (int)length : 4, covered ? host : "host", name + 1);
    } else {
        written = snprintf(text, sizeof text, "%s", name);
    }
    return written > 0 && (size_t)written < sizeof text && strchr(text, '*') == NULL &&
           peer_normalise(text, strlen(text), tried);
}

/* Not every name in a certificate is one that can be checked. */
void name_list_add(struct name_list *list, const char *name)
{
    struct peer_name tried;
    if (list->looked_at++ >= NAME_LIST_LOOKED_AT || !name_to_try(list, name, &tried) ||
        strcmp(tried.text, list->expected->text) == 0 || !list->matches(list->object, &tried))
        return;
    if (list->usable == 0)
        list->first = tried;
    if (list->usable++ >= NAME_LIST_SHOWN)
        return;
    size_t used = strlen(list->text);
    snprintf(list->text + used, sizeof list->text - used, "%s%s", used > 0 ? ", " : "", name);
}

void name_list_end(struct name_list *list)
{
    size_t used = strlen(list->text);
    if (list->looked_at > NAME_LIST_LOOKED_AT && list->usable > 0)
        snprintf(list->text + used, sizeof list->text - used, " and more");
    else if (list->usable > NAME_LIST_SHOWN)
        snprintf(list->text + used, sizeof list->text - used, " and %zu more", list->usable - NAME_LIST_SHOWN);
}
