#include "openssl/group.h"

#include "openssl/algorithm.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What SSL_get_negotiated_group(3) adds to the number of a group that libcrypto has no number for. */
#define GROUP_WITHOUT_NID 0x1000000

/* https://www.iana.org/assignments/tls-parameters, "TLS Supported Groups" */
static const struct group {
    char name[24];
    unsigned short number; /* IANA's */
    unsigned short nid;    /* OpenSSL's; 0: none that is the same in every version */
    bool is_curve;
} groups[] = {
    {"secp192r1", 19, 409, true},
    {"secp224r1", 21, 713, true},
    {"secp256k1", 22, 714, true},
    {"secp256r1", 23, 415, true},
    {"secp384r1", 24, 715, true},
    {"secp521r1", 25, 716, true},
    {"brainpoolP256r1", 26, 927, true},
    {"brainpoolP384r1", 27, 931, true},
    {"brainpoolP512r1", 28, 933, true},
    {"x25519", 29, 1034, true},
    {"x448", 30, 1035, true},
    {"brainpoolP256r1tls13", 31, 1285, true},
    {"brainpoolP384r1tls13", 32, 1286, true},
    {"brainpoolP512r1tls13", 33, 1287, true},
    {"curveSM2", 41, 1172, true},
    {"ffdhe2048", 256, 1126, false},
    {"ffdhe3072", 257, 1127, false},
    {"ffdhe4096", 258, 1128, false},
    {"ffdhe6144", 259, 1129, false},
    {"ffdhe8192", 260, 1130, false},
    {"MLKEM512", 512, 0, false},
    {"MLKEM768", 513, 0, false},
    {"MLKEM1024", 514, 0, false},
    {"SecP256r1MLKEM768", 4587, 0, false},
    {"X25519MLKEM768", 4588, 0, false},
    {"SecP384r1MLKEM1024", 4589, 0, false},
};
#define GROUPS (sizeof groups / sizeof groups[0])

static void take(const struct group *group, struct handshake_text *text)
{
    memcpy(text->group, group->name, sizeof group->name);
    text->group_is_curve = group->is_curve;
}

/* Which 3.2 and later tell by name; a group of a provider's has one too. */
static void find_by_name(const char *name, struct handshake_text *text)
{
    snprintf(text->group, sizeof text->group, "%s", name);
    for (size_t i = 0; i < GROUPS; i++)
        if (strcasecmp(groups[i].name, name) == 0)
            take(&groups[i], text);
}

static void find_by_number(long told, struct handshake_text *text)
{
    bool is_nid = (told & GROUP_WITHOUT_NID) == 0;
    long number = told & ~(long)GROUP_WITHOUT_NID;
    for (size_t i = 0; i < GROUPS; i++)
        if (number == (is_nid ? groups[i].nid : groups[i].number))
            take(&groups[i], text);
    if (text->group[0] == '\0' && !is_nid)
        snprintf(text->group, sizeof text->group, "0x%04lx", (unsigned long)number & 0xffff);
}

/*
 * Before TLS 1.3 it may be the key of an earlier handshake on the connection. LibreSSL, which has this function that is
 * a macro elsewhere, hands out a key without a point for x25519: whoever encodes that one crashes.
 */
static bool can_ask_for_key(const struct openssl_api *api, const struct handshake_text *text)
{
    return strcmp(text->version, "1.3") == 0 && api->EVP_PKEY_free != NULL && api->SSL_get_min_proto_version == NULL;
}

static void find_by_key(const struct openssl_api *api, SSL *ssl, struct handshake_text *text)
{
    EVP_PKEY *key = NULL;
    struct key_text described;
    if (!can_ask_for_key(api, text) || api->SSL_ctrl(ssl, SSL_CTRL_GET_PEER_TMP_KEY, 0, (void *)&key) != 1 ||
        key == NULL)
        return;
    algorithm_of_key(api, key, &described);
    api->EVP_PKEY_free(key);
    if (described.curve[0] != '\0')
        find_by_name(described.curve, text);
}

/* Some versions look into the session without asking whether there is one. */
void group_describe(const struct openssl_api *api, SSL *ssl, struct handshake_text *text)
{
    if (api->SSL_get_session(ssl) == NULL)
        return;
    if (api->SSL_get0_group_name != NULL) {
        const char *name = api->SSL_get0_group_name(ssl);
        if (name != NULL)
            find_by_name(name, text);
        return;
    }
    if (api->SSL_ctrl == NULL)
        return;
    long told = api->SSL_ctrl(ssl, SSL_CTRL_GET_NEGOTIATED_GROUP, 0, NULL);
    if (told > 0)
        find_by_number(told, text);
    else
        find_by_key(api, ssl, text);
}
