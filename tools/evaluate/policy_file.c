#include "evaluate/policy_file.h"

#include "shared/effective.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

static struct policy *load(const struct config_environment *environment)
{
    struct config_errors errors = {.items = NULL};
    struct policy *policy = config_load(environment, &errors);
    if (policy == NULL || policy_is_invalid(policy) || policy_is_incomplete(policy)) {
        effective_print_errors(&errors);
        policy_free(policy);
        policy = NULL;
    }
    config_errors_free(&errors);
    return policy;
}

struct policy *policy_file_load(const char *file)
{
    char *path = file != NULL ? realpath(file, NULL) : NULL;
    struct config_environment environment = effective_environment();
    if (file != NULL)
        environment = effective_file(path != NULL ? path : file);
    struct policy *policy = load(&environment);
    free(path);
    return policy;
}

char *policy_file_text(const struct policy *policy, enum policy_mode mode)
{
    static const char key[] = "\nmode = ";
    char *text = config_print(policy);
    char *at = text != NULL ? strstr(text, key) : NULL; /* [policy] is the first section, and prints all it has */
    if (at == NULL)
        return text;
    char *rest = strchr(at + 1, '\n');
    char *whole = text_format("%.*s%s%s%s", (int)(at - text), text, key, mode_text(mode), rest);
    free(text);
    return whole;
}
