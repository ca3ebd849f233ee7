#include "explain/resigner.h"

#include "shared/certificate.h"
#include "shared/distribution.h"
#include "shared/text.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What their certificates have in the name of the issuer, as is commonly seen: a hint, and shown as one. */
static const struct {
    const char *part, *product;
} products[] = {
    {"Zscaler", "Zscaler"},
    {"goskope", "Netskope"},
    {"Netskope", "Netskope"},
    {"Fortinet", "Fortinet FortiGate"},
    {"FortiGate", "Fortinet FortiGate"},
    {"Palo Alto", "Palo Alto Networks"},
    {"Blue Coat", "Blue Coat ProxySG"},
    {"Cisco Umbrella", "Cisco Umbrella"},
    {"Sophos", "Sophos"},
    {"Check Point", "Check Point"},
    {"Forcepoint", "Forcepoint"},
    {"Websense", "Forcepoint"},
    {"McAfee Web Gateway", "Skyhigh Secure Web Gateway"},
    {"Skyhigh", "Skyhigh Secure Web Gateway"},
    {"Barracuda", "Barracuda"},
    {"SonicWall", "SonicWall"},
    {"WatchGuard", "WatchGuard"},
    {"Cloudflare Managed G", "Cloudflare Gateway"},
    {"Cato Networks", "Cato Networks"},
    {"iboss", "iboss"},
    {"Squid", "Squid"},
    {"mitmproxy", "mitmproxy"},
    {"PortSwigger", "Burp Suite"},
    {"FiddlerRoot", "Fiddler"},
    {"Charles Proxy", "Charles"},
    {"Kaspersky", "Kaspersky"},
    {"Avast", "Avast"},
    {"ESET SSL Filter", "ESET"},
    {"Bitdefender", "Bitdefender"},
};

static const char *product_of(const char *issuer)
{
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if (strcasestr(issuer, products[i].part) != NULL)
            return products[i].product;
    return NULL;
}

/* Of what https://www.iana.org/assignments/iana-ipv4-special-registry/ lists, and multicast. */
static bool is_public_v4(uint32_t address)
{
    static const struct {
        uint32_t network;
        unsigned bits;
    } special[] = {{0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},  {0xa9fe0000, 16},
                   {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24}, {0xc0a80000, 16}, {0xc6120000, 15},
                   {0xc6336400, 24}, {0xcb007100, 24}, {0xe0000000, 3}};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if ((address ^ special[i].network) >> (32 - special[i].bits) == 0)
            return false;
    return true;
}

/* Global unicast, RFC 4291 section 2.4, without the addresses of documentation. */
static bool is_public_v6(const unsigned char address[16])
{
    static const unsigned char documentation[] = {0x20, 0x01, 0x0d, 0xb8};
    return address[0] >> 5 == 1 && memcmp(address, documentation, sizeof documentation) != 0;
}

static bool is_public(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, address, &v4) == 1)
        return is_public_v4(ntohl(v4.s_addr));
    return inet_pton(AF_INET6, address, &v6) == 1 && is_public_v6(v6.s6_addr);
}

static bool has_timestamps(const X509 *leaf)
{
    return X509_get_ext_by_NID(leaf, NID_ct_precert_scts, -1) >= 0;
}

/* Whether one of the anchors is this certificate or has the name of its issuer. */
static bool is_of_the_package(const struct anchors *packaged, X509 *last)
{
    for (size_t i = 0; i < packaged->count; i++)
        if (X509_NAME_cmp(X509_get_subject_name(packaged->items[i].certificate), X509_get_issuer_name(last)) == 0)
            return true;
    return anchors_find(packaged, last) != NULL;
}

static bool is_self_signed(X509 *certificate)
{
    return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
}

void resigner_find(struct resigner *resigner, STACK_OF(X509) * sent, STACK_OF(X509) * built, const char *address)
{
    const struct distribution *distribution = distribution_of_this_host();
    struct anchors packaged = {.count = 0};
    X509 *leaf = sk_X509_value(sent, 0);
    if (leaf == NULL || is_self_signed(leaf))
        return;
    if (distribution != NULL)
        distribution_add_packaged(distribution, &packaged);
    X509 *last = sk_X509_num(built) > 0 ? sk_X509_value(built, sk_X509_num(built) - 1) : leaf;
    char *issuer = certificate_name_text(X509_get_issuer_name(last));
    bool is_private = !is_of_the_package(&packaged, last);
    bool looks_alike = packaged.count > 0 && is_public(address) && !has_timestamps(leaf);
    resigner->product = is_private ? product_of(issuer) : NULL;
    if (is_private && (looks_alike || resigner->product != NULL))
        resigner->issuer = issuer;
    else
        free(issuer);
    anchors_free(&packaged);
}

void resigner_note(const struct resigner *resigner, struct server_notes *notes)
{
    if (resigner->issuer == NULL)
        return;
    bool named = resigner->product != NULL;
    server_notes_add(
        notes,
        text_format("the chain ends at \"%s\", %s%s: a proxy between here and the server that opens TLS and signs "
                    "anew looks like that",
                    resigner->issuer, named ? "which is no public CA and has the name of " : "",
                    named ? resigner->product : "which is no public CA, though the server is at a public address"));
}

void resigner_free(struct resigner *resigner)
{
    free(resigner->issuer);
}
