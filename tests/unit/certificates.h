/* Certificates made at run time for tests: keys are never kept in the repository. Include openssl_api.h first. */
#ifndef TLSWARD_TESTS_CERTIFICATES_H
#define TLSWARD_TESTS_CERTIFICATES_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct party {
    EVP_PKEY *key;
    X509 *certificate;
};

static inline X509_NAME *make_name(const char *common_name, int string_type)
{
    X509_NAME *name = X509_NAME_new();
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "O", string_type, (const unsigned char *)"Tests", -1, -1, 0), 1);
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "CN", string_type, (const unsigned char *)common_name, -1, -1, 0),
                     1);
    return name;
}

static inline void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    ck_assert_ptr_nonnull(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/* Issued by `issuer`, or by itself where that is NULL, naming it `issuer_name`; a CA unless `is_leaf`. */
static inline struct party make_party(X509_NAME *subject, const struct party *issuer, X509_NAME *issuer_name,
                                      int is_leaf)
{
    static long serial;
    struct party party = {EVP_EC_gen("P-256"), X509_new()};
    ck_assert_ptr_nonnull(party.key);
    X509_set_version(party.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(party.certificate), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(party.certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(party.certificate), 3600);
    X509_set_subject_name(party.certificate, subject);
    X509_set_issuer_name(party.certificate, issuer_name);
    X509_set_pubkey(party.certificate, party.key);
    X509 *issuer_certificate = issuer ? issuer->certificate : party.certificate;
    add_extension(party.certificate, issuer_certificate, NID_basic_constraints,
                  is_leaf ? "critical,CA:FALSE" : "critical,CA:TRUE");
    add_extension(party.certificate, issuer_certificate, NID_subject_key_identifier, "hash");
    add_extension(party.certificate, issuer_certificate, NID_authority_key_identifier, "keyid");
    ck_assert_int_gt(X509_sign(party.certificate, issuer ? issuer->key : party.key, EVP_sha256()), 0);
    X509_NAME_free(subject);
    X509_NAME_free(issuer_name);
    return party;
}

static inline struct party make_root(const char *name)
{
    return make_party(make_name(name, V_ASN1_UTF8STRING), NULL, make_name(name, V_ASN1_UTF8STRING), 0);
}

static inline struct party make_issued(const char *name, const struct party *issuer, int is_leaf)
{
    X509_NAME *issuer_name = X509_NAME_dup(X509_get_subject_name(issuer->certificate));
    return make_party(make_name(name, V_ASN1_UTF8STRING), issuer, issuer_name, is_leaf);
}

static inline void party_free(struct party *party)
{
    X509_free(party->certificate);
    EVP_PKEY_free(party->key);
}

/* A growing text; the caller frees `data`. */
struct text {
    char *data;
    size_t length;
};

static inline void text_add(struct text *text, const void *data, size_t length)
{
    text->data = realloc(text->data, text->length + length);
    ck_assert_ptr_nonnull(text->data);
    memcpy(text->data + text->length, data, length);
    text->length += length;
}

static inline void text_add_bio(struct text *text, BIO *bio)
{
    char *data;
    long length = BIO_get_mem_data(bio, &data);
    text_add(text, data, (size_t)length);
    BIO_free(bio);
}

static inline void text_add_pem(struct text *text, X509 *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    ck_assert_int_eq(PEM_write_bio_X509(bio, certificate), 1);
    text_add_bio(text, bio);
}

static inline void text_add_trusted(struct text *text, X509 *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    ck_assert_int_eq(PEM_write_bio_X509_AUX(bio, certificate), 1);
    text_add_bio(text, bio);
}

static inline void text_add_der(struct text *text, X509 *certificate)
{
    BIO *bio = BIO_new(BIO_s_mem());
    ck_assert_int_eq(i2d_X509_bio(bio, certificate), 1);
    text_add_bio(text, bio);
}

#endif
