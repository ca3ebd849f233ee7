#include "openssl/leaf_names.h"

#include <string.h>

static bool matches(const struct judgement *judgement, const struct peer_name *name, bool allow_cn)
{
    const struct openssl_api *api = &judgement->library->api;
    X509 *leaf = judgement->request.leaf;
    if (name->kind == PEER_ADDRESS)
        return api->X509_check_ip_asc != NULL && api->X509_check_ip_asc(leaf, name->text, 0) == 1;
    return api->X509_check_host != NULL &&
           api->X509_check_host(leaf, name->text, strlen(name->text), VERIFY_HOST_FLAGS, NULL) == 1 &&
           (allow_cn || verify_has_dns_name(api, leaf));
}

static bool is_for(const void *judgement, const struct peer_name *name)
{
    return matches(judgement, name, false);
}

static void add_address(const unsigned char *bytes, int length, struct name_list *list)
{
    char text[INET6_ADDRSTRLEN];
    struct ip ip;
    if (!ip_from_bytes(length == 4 ? AF_INET : length == 16 ? AF_INET6 : AF_UNSPEC, bytes, &ip))
        return;
    ip_print(&ip, text);
    name_list_add(list, text);
}

/* A NUL within a name is no end of it. */
static void add_host(const unsigned char *bytes, int length, struct name_list *list)
{
    char text[PEER_NAME_MAX] = "";
    if (length > 0 && (size_t)length < sizeof text && memchr(bytes, '\0', (size_t)length) == NULL)
        memcpy(text, bytes, (size_t)length);
    name_list_add(list, text);
}

static void add_name(const struct openssl_api *api, const void *name, struct name_list *list)
{
    int type = -1;
    const ASN1_STRING *value = api->GENERAL_NAME_get0_value(name, &type);
    const unsigned char *bytes = type == GEN_DNS || type == GEN_IPADD ? api_string_data(api, value) : NULL;
    if (bytes == NULL)
        return;
    if (type == GEN_IPADD)
        add_address(bytes, api->ASN1_STRING_length(value), list);
    else
        add_host(bytes, api->ASN1_STRING_length(value), list);
}

static bool is_name_wrong(const struct facts *facts)
{
    return facts->name_error != 0 || facts->app_error == X509_V_ERR_HOSTNAME_MISMATCH ||
           facts->app_error == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

void leaf_names_describe(const struct judgement *judgement, struct certificate_text *text)
{
    const struct openssl_api *api = &judgement->library->api;
    const struct client_handshake *handshake = &judgement->connection->handshake;
    if (!is_name_wrong(&handshake->facts) || handshake->name_count == 0 || api->GENERAL_NAME_get0_value == NULL)
        return;
    const struct peer_name *expected = &handshake->names[0];
    struct name_list *list = &text->usable;
    *list = (struct name_list){.target = expected, .expected = expected, .matches = is_for, .object = judgement};
    STACK *names = api->X509_get_ext_d2i(judgement->request.leaf, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; names != NULL && i < api_stack_num(api, names); i++)
        add_name(api, api_stack_value(api, names, i), list);
    api->GENERAL_NAMES_free(names);
    name_list_end(list);
    text->common_name_fits = matches(judgement, expected, true);
}
