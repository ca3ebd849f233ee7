/* Any bytes as a policy file: no crash, an error or a policy, and a policy that prints to the same policy. */
#include "fuzz.h"
#include "policy/config.h"

static void look_up(const struct policy *policy)
{
    static const struct destination destinations[] = {
        {NULL, NULL, 0}, {"a.example", "192.0.2.1", 443}, {"2001:db8::1", "2001:db8::1", 1}};
    struct process_identity process = {.executable = "/usr/bin/x",
                                       .groups_known = GROUPS_OWN,
                                       .gid = 7,
                                       .effective_gid = 7,
                                       .script = {"/opt/acme/sync.py", true, NULL},
                                       .unit = {"acme-sync.service", NULL},
                                       .unit_is_certain = true,
                                       .host_name = "a"};
    for (size_t i = 0; i < sizeof destinations / sizeof destinations[0]; i++) {
        struct settings settings = policy_settings(policy, &process, &destinations[i], 1700000000);
        require(settings.log != NULL && settings.trust_count > 0);
        if (settings.mode != MODE_OFF)
            require(!policy_is_off(policy, &process, 1700000000));
    }
}

static void print_and_parse(const struct policy *policy)
{
    struct config_errors errors = {0};
    char *printed = config_print(policy);
    struct config_text text = {.file = "printed", .data = printed, .length = strlen(printed)};
    struct policy *again = config_parse(&text, 1, &errors);
    require(again && errors.count == 0);
    char *printed_again = config_print(again);
    require(strcmp(printed, printed_again) == 0);
    free(printed);
    free(printed_again);
    policy_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config_errors errors = {0};
    struct config_text text = {.file = "fuzz", .data = (const char *)data, .length = size};
    struct policy *policy = config_parse(&text, 1, &errors);
    require((policy == NULL) == (errors.count > 0));
    if (policy) {
        look_up(policy);
        print_and_parse(policy);
    }
    policy_free(policy);
    config_errors_free(&errors);
    return 0;
}
