/*
 * make_pki DIRECTORY: the certificates of all rows. NAME.pem holds a leaf and its key (and CA.pem only the
 * certificate of an authority).
 */
#include "support.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

enum { DAY = 24 * 60 * 60 };

struct identity {
    X509 *certificate;
    EVP_PKEY *key;
};

static const struct leaf {
    const char *file;
    const char *names; /* the subjectAltName extension, or NULL */
    enum { CA, PROGRAM_CA, UNKNOWN_CA, PROGRAM_INTERMEDIATE, ITSELF } issuer;
    int days; /* until it expires */
    int rsa_bits;
} leaves[] = {
    {"good", "DNS:good.test", CA, 30, 0},
    {"wrong-host", "DNS:other.test", CA, 30, 0},
    {"expired", "DNS:good.test", CA, -1, 0},
    {"unknown-ca", "DNS:good.test", UNKNOWN_CA, 30, 0},
    {"self-signed", "DNS:good.test", ITSELF, 30, 0},
    {"program-ca-leaf", "DNS:good.test", PROGRAM_CA, 30, 0},
    {"program-ca-wrong-host", "DNS:other.test", PROGRAM_CA, 30, 0},
    {"good.test", NULL, CA, 30, 0}, /* a common name alone */
    {"program-ca-expired", "DNS:good.test", PROGRAM_CA, -1, 0},
    {"program-ca-revoked", "DNS:good.test", PROGRAM_CA, 30, 0},
    {"intermediate-leaf", "DNS:good.test", PROGRAM_INTERMEDIATE, 30, 0},
    {"weak-key", "DNS:good.test", CA, 30, 1024},
    {"rsa-2048", "DNS:good.test", CA, 30, 2048},
    {"any-of-many", "DNS:*.many.test", CA, 30, 0},
    {"two-hosts", "DNS:a.test,DNS:b.test", CA, 30, 0},
    {"localhost", "DNS:localhost", CA, 30, 0},
    {"address", "IP:127.0.0.1", CA, 30, 0},
    {"localhost-and-address", "DNS:localhost,IP:127.0.0.1", CA, 30, 0},
    {"nameless", "email:nobody@good.test", CA, 30, 0},
};

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    demand(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static struct identity make(const char *common_name, const struct identity *issuer, int days, int rsa_bits)
{
    static long serial = 1;
    struct identity made = {X509_new(), rsa_bits > 0 ? EVP_RSA_gen((unsigned)rsa_bits) : EVP_EC_gen("P-256")};
    demand(made.certificate != NULL && made.key != NULL);
    X509_set_version(made.certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), serial++);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)common_name, -1, -1, 0);
    X509_set_issuer_name(made.certificate,
                         X509_get_subject_name(issuer != NULL ? issuer->certificate : made.certificate));
    X509_gmtime_adj(X509_getm_notBefore(made.certificate), -10L * DAY);
    X509_gmtime_adj(X509_getm_notAfter(made.certificate), (long)days * DAY);
    X509_set_pubkey(made.certificate, made.key);
    return made;
}

static void sign(const struct identity *made, const struct identity *issuer)
{
    demand(X509_sign(made->certificate, issuer != NULL ? issuer->key : made->key, EVP_sha256()) > 0);
}

static void save(const char *directory, const char *name, const struct identity *identity, bool with_key)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.pem", directory, name);
    FILE *file = fopen(path, "we");
    demand(file != NULL && PEM_write_X509(file, identity->certificate) == 1);
    if (with_key)
        demand(PEM_write_PrivateKey(file, identity->key, NULL, NULL, 0, NULL, NULL) == 1);
    demand(fclose(file) == 0);
}

static struct identity make_authority(const char *directory, const char *name, const struct identity *issuer)
{
    struct identity made = make(name, issuer, 30, 0);
    add_extension(made.certificate, made.certificate, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(made.certificate, made.certificate, NID_subject_key_identifier, "hash");
    sign(&made, issuer);
    save(directory, name, &made, false);
    return made;
}

/* Revokes one certificate. */
static void make_crl(const char *directory, const struct identity *issuer, const X509 *revoked)
{
    char path[4096];
    ASN1_TIME *now = X509_gmtime_adj(NULL, 0), *later = X509_gmtime_adj(NULL, (long)30 * DAY);
    X509_CRL *crl = X509_CRL_new();
    X509_REVOKED *entry = X509_REVOKED_new();
    demand(X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
           X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->certificate)) == 1 &&
           X509_CRL_set1_lastUpdate(crl, now) == 1 && X509_CRL_set1_nextUpdate(crl, later) == 1 &&
           X509_REVOKED_set_serialNumber(entry, (ASN1_INTEGER *)X509_get0_serialNumber(revoked)) == 1 &&
           X509_REVOKED_set_revocationDate(entry, now) == 1 && X509_CRL_add0_revoked(crl, entry) == 1 &&
           X509_CRL_sign(crl, issuer->key, EVP_sha256()) > 0);
    snprintf(path, sizeof path, "%s/program-ca-crl.pem", directory);
    FILE *file = fopen(path, "we");
    demand(file != NULL && PEM_write_X509_CRL(file, crl) == 1 && fclose(file) == 0);
    X509_CRL_free(crl);
    ASN1_TIME_free(now);
    ASN1_TIME_free(later);
}

static void make_leaf(const char *directory, const struct leaf *leaf, const struct identity *issuer)
{
    struct identity made = make(leaf->file, issuer, leaf->days, leaf->rsa_bits);
    if (leaf->names != NULL)
        add_extension(made.certificate, issuer != NULL ? issuer->certificate : made.certificate, NID_subject_alt_name,
                      leaf->names);
    sign(&made, issuer);
    save(directory, leaf->file, &made, true);
    if (strcmp(leaf->file, "program-ca-revoked") == 0)
        make_crl(directory, issuer, made.certificate);
    X509_free(made.certificate);
    EVP_PKEY_free(made.key);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"ca", "program-ca", "other-ca"};
    struct identity authorities[4];
    demand(argc == 2);
    for (int i = 0; i < 3; i++)
        authorities[i] = make_authority(argv[1], names[i], NULL);
    authorities[PROGRAM_INTERMEDIATE] = make_authority(argv[1], "program-intermediate", &authorities[PROGRAM_CA]);
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0]; i++)
        make_leaf(argv[1], &leaves[i], leaves[i].issuer == ITSELF ? NULL : &authorities[leaves[i].issuer]);
    for (int i = 0; i < 4; i++) {
        X509_free(authorities[i].certificate);
        EVP_PKEY_free(authorities[i].key);
    }
    return 0;
}
