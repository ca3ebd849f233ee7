/* Which anchors a chain gets, from which files, and what happens when the files change. */
#include "cases.h"
#include "openssl/trust_fill.h"
#include "process/directory.h"

#include "certificates.h"
#include "linked_library.h"

#include <openssl/err.h>

#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static const char debian_bundle[] = "/etc/ssl/certs/ca-certificates.crt";

/* One CA family for all tests: root -> intermediate -> leaf, and a root that has nothing to do with them. */
static struct party root, intermediate, leaf, stranger;

static char directory[64];
static struct openssl_api api;
static X509 *(*real_d2i_X509)(X509 **, const unsigned char **, long);
static int (*real_add_cert)(X509_STORE *, X509 *);
static atomic_int decoded, added;
static _Atomic(X509 *) last_added;

static struct {
    int count;
    unsigned position;
    char file[256], why[128];
} warned;

static void warning(void *arg, const char *file, unsigned position, const char *why)
{
    (void)arg;
    warned.count++;
    warned.position = position;
    snprintf(warned.file, sizeof(warned.file), "%s", file);
    snprintf(warned.why, sizeof(warned.why), "%s", why);
}

static X509 *counting_d2i(X509 **certificate, const unsigned char **data, long length)
{
    atomic_fetch_add(&decoded, 1);
    return real_d2i_X509(certificate, data, length);
}

static int counting_add_cert(X509_STORE *store, X509 *certificate)
{
    atomic_fetch_add(&added, 1);
    atomic_store(&last_added, certificate);
    return real_add_cert(store, certificate);
}

static void *lookup(const char *name, void *arg)
{
    (void)arg;
    return linked_symbol(name);
}

static void bind_api(void)
{
    ck_assert_ptr_null(openssl_api_bind(&api, lookup, NULL));
    real_d2i_X509 = api.d2i_X509;
    real_add_cert = api.X509_STORE_add_cert;
    api.d2i_X509 = counting_d2i;
    api.X509_STORE_add_cert = counting_add_cert;
}

static void make_family(void)
{
    root = make_root("Root CA");
    intermediate = make_issued("Intermediate CA", &root, 0);
    leaf = make_issued("leaf.example", &intermediate, 1);
    stranger = make_root("Stranger CA");
}

static void free_family(void)
{
    party_free(&root);
    party_free(&intermediate);
    party_free(&leaf);
    party_free(&stranger);
}

static void make_directory(void)
{
    strcpy(directory, "/tmp/tlsward-trust-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static void remove_directory(void)
{
    nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* A path below the test's directory; valid for the next 15 calls. */
static const char *path_of(const char *name)
{
    static char paths[16][sizeof(directory) + 256];
    static unsigned next;
    char *path = paths[next++ % 16];
    snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
    return path;
}

static void write_bytes(const char *path, const void *data, size_t length)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, length, file), length);
    fclose(file);
}

static void write_text(const char *path, struct text *text)
{
    write_bytes(path, text->data, text->length);
    free(text->data);
    *text = (struct text){NULL, 0};
}

static void write_pem(const char *path, X509 *certificate)
{
    struct text text = {NULL, 0};
    text_add_pem(&text, certificate);
    write_text(path, &text);
}

/* Links as openssl-rehash(1) makes them. */
static void write_hashed(const char *name, X509 *certificate, unsigned number)
{
    char link[64];
    snprintf(link, sizeof(link), "%s/%08lx.%u", name, X509_subject_name_hash(certificate), number);
    write_pem(path_of(link), certificate);
}

static struct trust *snapshot(const char *path, time_t now)
{
    struct trust_source source = {path};
    struct trust *trust = trust_snapshot_at(&source, 1, now, warning, NULL);
    ck_assert_ptr_nonnull(trust);
    return trust;
}

static bool is_empty(struct trust *trust)
{
    return trust_is_empty(trust, warning, NULL);
}

/* How many anchors the store gets for a certificate that came alone. */
static int fill(struct trust *trust, X509 *certificate)
{
    X509_STORE *store = X509_STORE_new();
    int before = added;
    ck_assert_int_eq(trust_fill(trust, &(struct decoder){.api = &api}, store, certificate, NULL, warning, NULL), 1);
    X509_STORE_free(store);
    return added - before;
}

static bool finds(struct trust *trust, const struct party *anchor)
{
    return fill(trust, anchor->certificate) == 1;
}

/* Verifies the leaf, sent with `sent` (or NULL), by what trust_fill() puts into the store. */
static int verify(struct trust *trust, X509 *certificate, X509 *sent)
{
    STACK_OF(X509) *untrusted = sk_X509_new_null();
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (sent)
        sk_X509_push(untrusted, sent);
    ck_assert_int_eq(
        trust_fill(trust, &(struct decoder){.api = &api}, store, certificate, (STACK *)untrusted, warning, NULL), 1);
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    ck_assert_int_eq(X509_STORE_CTX_init(context, store, certificate, untrusted), 1);
    X509_verify_cert(context);
    int error = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    sk_X509_free(untrusted);
    return error;
}

/* Which certificate of the family lies where. */
enum { ROOT = 1, INTERMEDIATE = 2, LEAF = 4, STRANGER = 8 };

static const struct {
    const char *name;
    int trusted;
    bool intermediate_sent;
    int error, anchors;
} chains[] = {
    {"root trusted", ROOT, true, X509_V_OK, 1},
    {"root trusted, intermediate neither sent nor trusted", ROOT, false, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
     0},
    {"intermediate trusted and not sent", INTERMEDIATE, false, X509_V_OK, 1},
    {"intermediate trusted and sent", INTERMEDIATE, true, X509_V_OK, 1},
    {"issuer of a trusted intermediate comes along", ROOT | INTERMEDIATE, false, X509_V_OK, 2},
    {"leaf trusted", LEAF, false, X509_V_OK, 1},
    {"everything trusted", ROOT | INTERMEDIATE | LEAF | STRANGER, true, X509_V_OK, 3},
    {"stranger trusted", STRANGER, true, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0},
};

START_TEST(chain)
{
    struct text text = {NULL, 0};
    const struct party *members[] = {&root, &intermediate, &leaf, &stranger};
    for (int i = 0; i < COUNT(members); i++)
        if (chains[_i].trusted & 1 << i)
            text_add_pem(&text, members[i]->certificate);
    write_text(path_of("trust.pem"), &text);
    struct trust *trust = snapshot(path_of("trust.pem"), 1);
    X509 *sent = chains[_i].intermediate_sent ? intermediate.certificate : NULL;
    int error = verify(trust, leaf.certificate, sent);
    ck_assert_msg(error == chains[_i].error, "%s: %s", chains[_i].name, X509_verify_cert_error_string(error));
    ck_assert_msg(added == chains[_i].anchors, "%s: %d anchors", chains[_i].name, added);
    ck_assert_msg(decoded == added, "%s: %d decoded", chains[_i].name, decoded);
    ck_assert_int_eq(warned.count, 0);
}
END_TEST

/* The leaf names its issuer as in the second column; the trust file holds the first. */
static const struct {
    const char *name, *subject;
    int subject_type;
    const char *issuer;
    int issuer_type;
    int error;
} names[] = {
    {"same bytes", "Some CA", V_ASN1_UTF8STRING, "Some CA", V_ASN1_UTF8STRING, X509_V_OK},
    {"other case", "Some CA", V_ASN1_UTF8STRING, "SOME ca", V_ASN1_UTF8STRING, X509_V_OK},
    {"other spacing", "Some CA", V_ASN1_UTF8STRING, " Some   CA ", V_ASN1_UTF8STRING, X509_V_OK},
    {"PrintableString for UTF8String", "Some CA", V_ASN1_UTF8STRING, "Some CA", V_ASN1_PRINTABLESTRING, X509_V_OK},
    {"BMPString for PrintableString", "Some CA", V_ASN1_PRINTABLESTRING, "Some CA", V_ASN1_BMPSTRING, X509_V_OK},
    {"another name", "Some CA", V_ASN1_UTF8STRING, "Some CB", V_ASN1_UTF8STRING,
     X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY},
};

/* BMPString values are given in UTF-16. */
static X509_NAME *typed_name(const char *common_name, int type)
{
    X509_NAME *name = make_name(common_name, type == V_ASN1_BMPSTRING ? V_ASN1_UTF8STRING : type);
    if (type != V_ASN1_BMPSTRING)
        return name;
    unsigned char wide[64];
    int length = 0;
    for (const char *c = common_name; *c; c++) {
        wide[length++] = 0;
        wide[length++] = (unsigned char)*c;
    }
    X509_NAME_ENTRY_free(X509_NAME_delete_entry(name, 1));
    ck_assert_int_eq(X509_NAME_add_entry_by_txt(name, "CN", type, wide, length, -1, 0), 1);
    return name;
}

START_TEST(name_comparison)
{
    X509_NAME *subject = typed_name(names[_i].subject, names[_i].subject_type);
    struct party ca = make_party(subject, NULL, typed_name(names[_i].subject, names[_i].subject_type), 0);
    struct party issued = make_party(make_name("host.example", V_ASN1_UTF8STRING), &ca,
                                     typed_name(names[_i].issuer, names[_i].issuer_type), 1);
    write_pem(path_of("trust.pem"), ca.certificate);
    int error = verify(snapshot(path_of("trust.pem"), 1), issued.certificate, NULL);
    ck_assert_msg(error == names[_i].error, "%s: %s", names[_i].name, X509_verify_cert_error_string(error));
    party_free(&ca);
    party_free(&issued);
}
END_TEST

/* Subjects that end where less and less of a certificate is looked at first, and one that does not fit. */
START_TEST(long_subject)
{
    static const int lengths[] = {40, 150, 160, 170, 180, 190, 400, 3000};
    X509_NAME *subject = make_name("Long CA", V_ASN1_UTF8STRING);
    char unit[61];
    memset(unit, 'x', sizeof(unit) - 1);
    unit[sizeof(unit) - 1] = '\0';
    for (int left = lengths[_i]; left > 0; left -= 60) {
        unit[left < 60 ? left : 60] = '\0';
        ck_assert_int_eq(X509_NAME_add_entry_by_txt(subject, "OU", V_ASN1_UTF8STRING, (unsigned char *)unit, -1, -1, 0),
                         1);
    }
    struct party ca = make_party(X509_NAME_dup(subject), NULL, X509_NAME_dup(subject), 0);
    struct party issued = make_party(make_name("host.example", V_ASN1_UTF8STRING), &ca, subject, 1);
    struct text text = {NULL, 0};
    text_add_pem(&text, stranger.certificate);
    text_add_pem(&text, ca.certificate);
    write_text(path_of("trust.pem"), &text);
    struct trust *trust = snapshot(path_of("trust.pem"), 1);
    ck_assert_int_eq(verify(trust, issued.certificate, NULL), X509_V_OK);
    ck_assert_int_eq(decoded, 1);
    ck_assert_int_eq(warned.count, 0);
    party_free(&ca);
    party_free(&issued);
}
END_TEST

/* BER may cut a string into pieces, which libcrypto puts together: such a Name is none in DER. */
static X509_NAME *name_in_pieces(void)
{
    static const unsigned char bytes[] = {0x30, 0x15, 0x31, 0x13, 0x30, 0x11, 0x06, 0x03, 0x55, 0x04, 0x03, 0x2c,
                                          0x0a, 0x0c, 0x03, 'P',  'i',  'e',  0x0c, 0x03, 'c',  'e',  's'};
    const unsigned char *data = bytes;
    X509_NAME *name = d2i_X509_NAME(NULL, &data, sizeof(bytes));
    ck_assert_ptr_nonnull(name);
    return name;
}

START_TEST(subject_in_pieces_is_found)
{
    X509_NAME *plain = X509_NAME_new();
    ck_assert_int_eq(
        X509_NAME_add_entry_by_txt(plain, "CN", V_ASN1_UTF8STRING, (const unsigned char *)"Pieces", -1, -1, 0), 1);
    struct party ca = make_party(name_in_pieces(), NULL, name_in_pieces(), 0);
    struct party issued = make_party(make_name("host.example", V_ASN1_UTF8STRING), &ca, plain, 1);
    write_pem(path_of("trust.pem"), ca.certificate);
    ck_assert_int_eq(verify(snapshot(path_of("trust.pem"), 1), issued.certificate, NULL), X509_V_OK);
    ck_assert_int_eq(warned.count, 0);
    party_free(&ca);
    party_free(&issued);
}
END_TEST

START_TEST(key_rollover_adds_every_key)
{
    struct party old_root = make_root("Root CA");
    struct text text = {NULL, 0};
    text_add_pem(&text, old_root.certificate);
    text_add_pem(&text, root.certificate);
    write_text(path_of("trust.pem"), &text);
    ck_assert_int_eq(verify(snapshot(path_of("trust.pem"), 1), leaf.certificate, intermediate.certificate), X509_V_OK);
    ck_assert_int_eq(added, 2);
    party_free(&old_root);
}
END_TEST

START_TEST(duplicates_are_added_once)
{
    struct text text = {NULL, 0};
    text_add_pem(&text, root.certificate);
    text_add_pem(&text, root.certificate);
    write_text(path_of("twice.pem"), &text);
    write_pem(path_of("again.pem"), root.certificate);
    struct trust_source sources[] = {{path_of("twice.pem")}, {path_of("again.pem")}};
    struct trust *trust = trust_snapshot_at(sources, 2, 1, warning, NULL);
    ck_assert_int_eq(fill(trust, root.certificate), 1);
    ck_assert_uint_eq(ERR_peek_error(), 0);
}
END_TEST

START_TEST(decoded_once_per_library)
{
    write_pem(path_of("trust.pem"), root.certificate);
    struct trust *trust = snapshot(path_of("trust.pem"), 1);
    X509_STORE *store = X509_STORE_new();
    struct openssl_api other = api;
    ck_assert_int_eq(decoded, 0);
    ck_assert(finds(trust, &root));
    X509 *ours = last_added;
    ck_assert(finds(trust, &root));
    ck_assert_int_eq(decoded, 1);
    ck_assert_ptr_eq(last_added, ours);
    ck_assert_int_eq(trust_fill(trust, &(struct decoder){.api = &other}, store, root.certificate, NULL, warning, NULL),
                     1);
    ck_assert_int_eq(decoded, 2);
    ck_assert_ptr_ne(last_added, ours);
    X509_STORE_free(store);
}
END_TEST

/* What is byte by byte the same, wherever it is; where a library cannot share it, it is decoded each time. */
START_TEST(decoded_once_from_several_files)
{
    struct text text = {NULL, 0};
    struct party renewed = make_root("Root CA");
    text_add_pem(&text, renewed.certificate);
    text_add_pem(&text, root.certificate);
    write_text(path_of("trust.pem"), &text);
    write_pem(path_of("again.pem"), root.certificate);
    struct trust_source sources[] = {{path_of("trust.pem")}, {path_of("again.pem")}};
    struct trust *trust = trust_snapshot_at(sources, 2, 1, warning, NULL);
    ck_assert_int_eq(fill(trust, root.certificate), 2);
    ck_assert_int_eq(decoded, 2);
    ck_assert_int_eq(fill(trust, root.certificate), 2);
    ck_assert_int_eq(decoded, 2);

    struct openssl_api other = api;
    other.X509_up_ref = NULL;
    X509_STORE *store = X509_STORE_new();
    ck_assert_int_eq(trust_fill(trust, &(struct decoder){.api = &other}, store, root.certificate, NULL, warning, NULL),
                     1);
    ck_assert_int_eq(decoded, 5);
    X509_STORE_free(store);
    party_free(&renewed);
}
END_TEST

static void *no_locking_callback(void)
{
    return NULL;
}

START_TEST(nothing_is_shared_without_locks_in_1_0)
{
    write_pem(path_of("trust.pem"), root.certificate);
    struct trust *trust = snapshot(path_of("trust.pem"), 1);
    api.CRYPTO_get_locking_callback = no_locking_callback;
    ck_assert_int_eq(verify(trust, leaf.certificate, intermediate.certificate), X509_V_OK);
    ck_assert_int_eq(verify(trust, leaf.certificate, intermediate.certificate), X509_V_OK);
    ck_assert_int_eq(decoded, 2);
}
END_TEST

/* As the default library context does once the null provider is in it. */
static unsigned long hashes_in_its_context(const X509_NAME *name, void *library_context, const char *properties,
                                           int *ok)
{
    static const char properties_of_context[] = "provider=default";
    bool can = library_context != NULL && strcmp(properties, properties_of_context) == 0;
    *ok = can;
    return can ? X509_NAME_hash_ex(name, NULL, NULL, NULL) : 0;
}

START_TEST(names_are_hashed_where_the_connection_has_its_algorithms)
{
    char context;
    ck_assert_int_eq(mkdir(path_of("certs"), 0700), 0);
    write_hashed("certs", root.certificate, 0);
    struct text text = {NULL, 0};
    text_add_pem(&text, root.certificate);
    text_add_pem(&text, stranger.certificate);
    write_text(path_of("both.pem"), &text);
    api.X509_NAME_hash_ex = hashes_in_its_context;
    api.X509_new_ex = NULL;

    X509_STORE *store = X509_STORE_new();
    const struct decoder own = {&api, &context, "provider=default"};
    ck_assert_int_eq(trust_fill(snapshot(path_of("certs"), 1), &own, store, root.certificate, NULL, warning, NULL), 1);
    ck_assert_int_eq(added, 1);
    ck_assert_int_eq(trust_fill(snapshot(path_of("both.pem"), 1), &own, store, root.certificate, NULL, warning, NULL),
                     1);
    ck_assert_msg(decoded == 2, "of a file only what is asked for: %d", decoded);
    const struct decoder none = {.api = &api};
    ck_assert_msg(trust_fill(snapshot(path_of("certs"), 1), &none, store, root.certificate, NULL, warning, NULL) == 0,
                  "what cannot be hashed is no absent anchor");
    X509_STORE_free(store);
}
END_TEST

static int add_nothing(X509_STORE *store, X509 *certificate)
{
    (void)store, (void)certificate;
    return 0;
}

START_TEST(store_that_refuses_is_an_internal_error)
{
    write_pem(path_of("trust.pem"), root.certificate);
    struct trust *trust = snapshot(path_of("trust.pem"), 1);
    api.X509_STORE_add_cert = add_nothing;
    ck_assert_int_eq(trust_fill(trust, &(struct decoder){.api = &api}, NULL, root.certificate, NULL, warning, NULL), 0);
}
END_TEST

static int encodes_nothing(X509_NAME *name, unsigned char **out)
{
    (void)name, (void)out;
    return -1;
}

START_TEST(name_without_bytes_is_an_internal_error)
{
    write_pem(path_of("trust.pem"), root.certificate);
    struct trust *trust = snapshot(path_of("trust.pem"), 1);
    X509_STORE *store = X509_STORE_new();
    api.i2d_X509_NAME = encodes_nothing;
    ck_assert_msg(trust_fill(trust, &(struct decoder){.api = &api}, store, root.certificate, NULL, warning, NULL) == 0,
                  "what cannot be looked for is no absent anchor");
    X509_STORE_free(store);
}
END_TEST

/* A file as a sequence of pieces, which anchors it yields, and the position it warns of (0: no warning). */
static const struct {
    const char *name, *pieces;
    bool root_found, stranger_found;
    unsigned position;
} files[] = {
    {"two certificates", "r s", true, true, 0},
    {"garbage between", "g r g s g", true, true, 0},
    {"a private key first", "k r", true, false, 0},
    {"one in DER", "R", true, false, 0},
    {"DER with something behind it", "R g", false, false, 1},
    {"DER cut off", "X", false, false, 1},
    {"cut within the first block", "c s", false, true, 1},
    {"cut within the last block", "s c", false, true, 2},
    {"whole but for its END line", "w s", false, true, 1},
    {"only half a block", "c", false, false, 1},
    {"damaged base64", "r b s", true, true, 2},
    {"base64 of something else", "r e s", true, true, 2},
    {"base64 damaged behind the subject", "s h r", true, true, 2},
    {"bytes behind the certificate", "f s", false, true, 1},
    {"damaged key within the certificate", "d s", false, true, 1},
    {"trusted for servers", "t", true, false, 0},
    {"rejected for servers", "s j", false, true, 2},
    {"trusted for mail only", "s m", false, true, 2},
    {"no settings at all", "n", true, false, 0},
};

static void add_trusted(struct text *text, const char *trust, const char *reject)
{
    X509 *copy = X509_dup(root.certificate);
    if (trust)
        X509_add1_trust_object(copy, OBJ_txt2obj(trust, 0));
    if (reject)
        X509_add1_reject_object(copy, OBJ_txt2obj(reject, 0));
    text_add_trusted(text, copy);
    X509_free(copy);
}

static void add_half(struct text *text)
{
    struct text whole = {NULL, 0};
    text_add_pem(&whole, root.certificate);
    text_add(text, whole.data, whole.length / 128 * 64);
    text_add(text, "\n", 1);
    free(whole.data);
}

/* The last line but the END line. */
static void add_damaged_at_the_end(struct text *text)
{
    text_add_pem(text, root.certificate);
    text->data[text->length - strlen("-----END CERTIFICATE-----\n") - 8] = '!';
}

static void add_encoded(struct text *text, const struct text *der)
{
    unsigned char encoded[4096];
    int length = EVP_EncodeBlock(encoded, (unsigned char *)der->data, (int)der->length);
    text_add(text, "-----BEGIN CERTIFICATE-----\n", 28);
    text_add(text, encoded, (size_t)length);
    text_add(text, "\n-----END CERTIFICATE-----\n", 27);
}

static void add_followed(struct text *text)
{
    struct text der = {NULL, 0};
    text_add_der(&der, root.certificate);
    text_add(&der, "\x05\x00", 2);
    add_encoded(text, &der);
    free(der.data);
}

/* Breaks the curve's OID, so that locating the subject works and decoding does not. */
static void add_undecodable(struct text *text)
{
    struct text der = {NULL, 0};
    text_add_der(&der, root.certificate);
    char *algorithm = memmem(der.data, der.length, "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", 11);
    ck_assert_ptr_nonnull(algorithm);
    algorithm[2] = 0x05;
    add_encoded(text, &der);
    free(der.data);
}

static void add_literal(struct text *text, const char *literal)
{
    text_add(text, literal, strlen(literal));
}

static void add_piece(struct text *text, char piece)
{
    switch (piece) {
    case 'r':
        text_add_pem(text, root.certificate);
        break;
    case 's':
        text_add_pem(text, stranger.certificate);
        break;
    case 'R':
        text_add_der(text, root.certificate);
        break;
    case 'X':
        text_add_der(text, root.certificate);
        text->length /= 2;
        break;
    case 'c':
        add_half(text);
        break;
    case 'w':
        text_add_pem(text, root.certificate);
        text->length -= strlen("-----END CERTIFICATE-----\n");
        break;
    case 'd':
        add_undecodable(text);
        break;
    case 'h':
        add_damaged_at_the_end(text);
        break;
    case 'f':
        add_followed(text);
        break;
    case 't':
        add_trusted(text, "serverAuth", NULL);
        break;
    case 'j':
        add_trusted(text, NULL, "serverAuth");
        break;
    case 'm':
        add_trusted(text, "emailProtection", NULL);
        break;
    case 'n':
        add_trusted(text, NULL, NULL);
        break;
    case 'g':
        add_literal(text, "# subject=O = Tests\n\xff\xfe garbage -----BEGIN\n");
        break;
    case 'k':
        add_literal(text, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        break;
    case 'b':
        add_literal(text, "-----BEGIN CERTIFICATE-----\nMII!\n-----END CERTIFICATE-----\n");
        break;
    case 'e':
        add_literal(text, "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n");
        break;
    default:
        break;
    }
}

START_TEST(file_content)
{
    struct text text = {NULL, 0};
    for (const char *piece = files[_i].pieces; *piece; piece++)
        add_piece(&text, *piece);
    write_text(path_of("trust.pem"), &text);
    struct trust *trust = snapshot(path_of("trust.pem"), 1);
    for (int round = 0; round < 2; round++) {
        ck_assert_msg(finds(trust, &root) == files[_i].root_found, "%s: root", files[_i].name);
        ck_assert_msg(finds(trust, &stranger) == files[_i].stranger_found, "%s: stranger", files[_i].name);
    }
    ck_assert_msg(is_empty(trust) == !(files[_i].root_found || files[_i].stranger_found), "%s: empty", files[_i].name);
    ck_assert_msg(warned.count == (files[_i].position != 0), "%s: %d warnings", files[_i].name, warned.count);
    ck_assert_msg(warned.position == files[_i].position, "%s: at %u", files[_i].name, warned.position);
}
END_TEST

/* What can stand at a path that is no use; each is made once at first and once in place of a good file. */
static void make_nothing(const char *path)
{
    (void)path;
}

static void make_empty(const char *path)
{
    write_bytes(path, "", 0);
}

static void make_unrelated(const char *path)
{
    write_bytes(path, "hello\n", 6);
}

static void make_fifo(const char *path)
{
    ck_assert_int_eq(mkfifo(path, 0600), 0);
}

static void make_empty_directory(const char *path)
{
    ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void make_huge(const char *path)
{
    write_pem(path, stranger.certificate);
    ck_assert_int_eq(truncate(path, 16 * 1024 * 1024 + 1), 0);
}

static void make_loop(const char *path)
{
    ck_assert_int_eq(symlink(path, path), 0);
}

static const struct {
    const char *name;
    void (*make)(const char *path);
} useless[] = {
    {"nothing", make_nothing},
    {"empty file", make_empty},
    {"no certificate", make_unrelated},
    {"FIFO", make_fifo},
    {"empty directory", make_empty_directory},
    {"too large", make_huge},
    {"symbolic link to itself", make_loop},
};

START_TEST(useless_at_first)
{
    const char *path = path_of("trust.pem");
    useless[_i].make(path);
    struct trust *trust = snapshot(path, 1);
    ck_assert_msg(is_empty(trust), "%s", useless[_i].name);
    ck_assert_msg(!finds(trust, &stranger), "%s", useless[_i].name);
    ck_assert_msg(warned.count == 1 && strcmp(warned.file, path) == 0, "%s: %d", useless[_i].name, warned.count);
    snapshot(path, 2);
    snapshot(path, 3);
    ck_assert_msg(warned.count == 1, "%s: warned again: %s", useless[_i].name, warned.why);
    remove(path);
    write_pem(path, root.certificate);
    ck_assert_msg(finds(snapshot(path, 4), &root), "%s: good file not picked up", useless[_i].name);
}
END_TEST

START_TEST(useless_replacement_keeps_what_was_read)
{
    const char *path = path_of("trust.pem");
    write_pem(path, root.certificate);
    snapshot(path, 1);
    remove(path);
    useless[_i].make(path);
    struct trust *kept = snapshot(path, 2);
    ck_assert_msg(finds(kept, &root), "%s", useless[_i].name);
    ck_assert_msg(warned.count == 1, "%s: %d warnings", useless[_i].name, warned.count);
    ck_assert_ptr_nonnull(strstr(warned.why, "stay in force"));
    ck_assert_msg(snapshot(path, 3) == kept && snapshot(path, 4) == kept, "%s: read again", useless[_i].name);
    ck_assert_msg(warned.count == 1, "%s: warned again", useless[_i].name);
    remove(path);
    write_pem(path, stranger.certificate);
    struct trust *trust = snapshot(path, 5);
    ck_assert_msg(finds(trust, &stranger) && !finds(trust, &root), "%s: good file not picked up", useless[_i].name);
}
END_TEST

START_TEST(truncated_in_place_keeps_what_was_read)
{
    const char *path = path_of("trust.pem");
    struct text text = {NULL, 0};
    text_add_pem(&text, stranger.certificate);
    long half = (long)text.length + 100;
    text_add_pem(&text, root.certificate);
    write_text(path, &text);
    snapshot(path, 1);
    ck_assert_int_eq(truncate(path, half), 0);
    ck_assert(finds(snapshot(path, 2), &root));
    ck_assert_int_eq(warned.count, 1);
    ck_assert_ptr_nonnull(strstr(warned.why, "within a certificate"));
}
END_TEST

START_TEST(shortage_of_descriptors_passes)
{
    const char *path = path_of("trust.pem");
    struct rlimit limit, none;
    write_pem(path, root.certificate);
    snapshot(path, 1);
    write_pem(path, stranger.certificate);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct trust *kept = snapshot(path, 2);
    struct trust *again = snapshot(path, 3);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert(finds(kept, &root));
    ck_assert_msg(again == kept, "every second makes a snapshot that is never freed");
    ck_assert_int_eq(warned.count, 1);
    ck_assert_msg(finds(snapshot(path, 4), &stranger), "not tried again");
}
END_TEST

START_TEST(replaced_file_counts_from_the_next_second_on)
{
    const char *path = path_of("trust.pem"), *other = path_of("new.pem");
    write_pem(path, root.certificate);
    struct trust *trust = snapshot(path, 1);
    ck_assert(finds(trust, &root));
    write_pem(other, stranger.certificate);
    ck_assert_int_eq(rename(other, path), 0);
    ck_assert_ptr_eq(snapshot(path, 1), trust);
    struct trust *next = snapshot(path, 2);
    ck_assert(finds(next, &stranger) && !finds(next, &root));
    ck_assert_msg(finds(trust, &root), "a handshake may still hold the old snapshot");
}
END_TEST

START_TEST(same_bytes_are_not_decoded_again)
{
    const char *path = path_of("trust.pem"), *other = path_of("new.pem");
    write_pem(path, root.certificate);
    ck_assert(finds(snapshot(path, 1), &root));
    write_pem(other, root.certificate);
    ck_assert_int_eq(rename(other, path), 0);
    ck_assert(finds(snapshot(path, 2), &root));
    ck_assert_int_eq(decoded, 1);
}
END_TEST

START_TEST(equal_sources_share_a_snapshot)
{
    write_pem(path_of("trust.pem"), root.certificate);
    char copy[256];
    snprintf(copy, sizeof(copy), "%s", path_of("trust.pem"));
    struct trust *trust = snapshot(path_of("trust.pem"), 1);
    ck_assert_ptr_eq(snapshot(copy, 1), trust);
    struct trust_source twice[] = {{copy}, {copy}};
    ck_assert_ptr_ne(trust_snapshot_at(twice, 2, 1, warning, NULL), trust);
    ck_assert(is_empty(trust_snapshot_at(NULL, 0, 1, warning, NULL)));
}
END_TEST

START_TEST(real_clock)
{
    write_pem(path_of("trust.pem"), root.certificate);
    struct trust_source source = {path_of("trust.pem")};
    ck_assert(finds(trust_snapshot(&source, 1, warning, NULL), &root));
}
END_TEST

START_TEST(hashed_directory)
{
    struct party old_root = make_root("Root CA"), unsought = make_root("Unsought CA");
    ck_assert_int_eq(mkdir(path_of("certs"), 0700), 0);
    write_hashed("certs", old_root.certificate, 0);
    write_hashed("certs", root.certificate, 1);
    write_pem(path_of("certs/stranger.pem"), stranger.certificate);
    struct trust *trust = snapshot(path_of("certs"), 1);
    ck_assert(!is_empty(trust));
    ck_assert_int_eq(decoded, 0);
    ck_assert_int_eq(verify(trust, leaf.certificate, intermediate.certificate), X509_V_OK);
    ck_assert_int_eq(added, 2);
    ck_assert_msg(!finds(trust, &stranger), "a file without link does not count beside links");
    remove_directory();
    ck_assert_msg(fill(trust, root.certificate) == 2, "a second look-up reads nothing");
    ck_assert_int_eq(decoded, 2);
    ck_assert_int_eq(warned.count, 0);
    ck_assert(!finds(trust, &stranger));
    ck_assert_msg(warned.count == 0, "what was not there is not sought twice within a second");
    ck_assert(!finds(trust, &unsought));
    ck_assert(!finds(trust, &unsought));
    ck_assert_msg(warned.count == 1, "an unreachable directory is said once, not %d times", warned.count);
    party_free(&old_root);
    party_free(&unsought);
}
END_TEST

START_TEST(hashed_directory_changes)
{
    ck_assert_int_eq(mkdir(path_of("certs"), 0700), 0);
    write_hashed("certs", root.certificate, 0);
    const char *path = path_of("certs");
    ck_assert(!finds(snapshot(path, 1), &stranger));
    write_hashed("certs", stranger.certificate, 0);
    ck_assert_msg(finds(snapshot(path, 2), &stranger), "new link");
    char link[64];
    snprintf(link, sizeof(link), "certs/%08lx.0", X509_subject_name_hash(stranger.certificate));
    write_bytes(path_of(link), "gone\n", 5);
    ck_assert_msg(!finds(snapshot(path, 3), &stranger), "changed in place after it was read");
    ck_assert_int_eq(warned.count, 1);
    ck_assert(finds(snapshot(path, 3), &root));
}
END_TEST

/* The directory itself does not show that a link has got its target. */
START_TEST(link_whose_file_comes_later)
{
    char link[64];
    snprintf(link, sizeof(link), "certs/%08lx.0", X509_subject_name_hash(stranger.certificate));
    ck_assert_int_eq(mkdir(path_of("certs"), 0700), 0);
    write_hashed("certs", root.certificate, 0);
    ck_assert_int_eq(symlink("../stranger.pem", path_of(link)), 0);
    const char *path = path_of("certs");
    ck_assert(!finds(snapshot(path, 1), &stranger));
    write_pem(path_of("stranger.pem"), stranger.certificate);
    ck_assert_msg(!finds(snapshot(path, 1), &stranger), "sought twice within a second");
    ck_assert(finds(snapshot(path, 2), &stranger));
    ck_assert_int_eq(warned.count, 0);
}
END_TEST

/* A remembered name makes room for another with whose hash it shares its place. */
START_TEST(more_names_than_are_remembered)
{
    ck_assert_int_eq(mkdir(path_of("certs"), 0700), 0);
    write_hashed("certs", root.certificate, 0);
    struct trust *trust = snapshot(path_of("certs"), 1);
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof(name), "Made-up CA %d", i);
        struct party made_up = make_root(name);
        ck_assert(!finds(trust, &made_up));
        party_free(&made_up);
        ck_assert(finds(trust, &root));
    }
}
END_TEST

/* More than are read at a time. */
START_TEST(directory_with_many_long_names)
{
    enum { FILES = 50, LENGTH = 100 };
    struct directory opened;
    bool seen[FILES] = {false};
    int count = 0;
    ck_assert_int_eq(mkdir(path_of("certs"), 0700), 0);
    for (int i = 0; i < FILES; i++) {
        char name[LENGTH + 32];
        snprintf(name, sizeof(name), "certs/%0*d.pem", LENGTH, i);
        write_pem(path_of(name), i == 0 ? root.certificate : stranger.certificate);
    }
    ck_assert(directory_open(&opened, path_of("certs")));
    for (const char *name = directory_next(&opened); name != NULL; name = directory_next(&opened)) {
        int number = name[0] != '.' ? atoi(name) : -1;
        count++;
        ck_assert_int_lt(number, FILES);
        if (number >= 0)
            seen[number] = true;
    }
    ck_assert_int_eq(opened.error, 0);
    ck_assert_int_eq(count, FILES + 2);
    for (int i = 0; i < FILES; i++)
        ck_assert_msg(seen[i], "%d", i);
    directory_close(&opened);
    ck_assert(finds(snapshot(path_of("certs"), 1), &root));
    ck_assert(!directory_open(&opened, path_of("nothing")));
}
END_TEST

START_TEST(directory_without_links)
{
    ck_assert_int_eq(mkdir(path_of("certs"), 0700), 0);
    write_pem(path_of("certs/root.pem"), root.certificate);
    write_pem(path_of("certs/stranger.txt"), stranger.certificate);
    struct text text = {NULL, 0};
    text_add_der(&text, intermediate.certificate);
    write_text(path_of("certs/intermediate.cer"), &text);
    ck_assert_int_eq(symlink("/nonexistent", path_of("certs/0badf00d.0")), 0);
    const char *path = path_of("certs");
    struct trust *trust = snapshot(path, 1);
    ck_assert(!is_empty(trust));
    ck_assert_int_eq(verify(trust, leaf.certificate, NULL), X509_V_OK);
    ck_assert_msg(!finds(trust, &stranger), "only names that say certificate");
    write_pem(path_of("certs/stranger.crt"), stranger.certificate);
    trust = snapshot(path, 2);
    ck_assert_msg(finds(trust, &stranger), "new file");
    write_pem(path_of("certs/root.pem"), leaf.certificate);
    trust = snapshot(path, 3);
    ck_assert_msg(!finds(trust, &root), "changed in place");
    ck_assert_int_eq(warned.count, 0);
    remove(path_of("certs/root.pem"));
    remove(path_of("certs/stranger.crt"));
    remove(path_of("certs/intermediate.cer"));
    trust = snapshot(path, 4);
    ck_assert_msg(finds(trust, &stranger), "a directory that lost everything stays in force");
    ck_assert_int_eq(warned.count, 1);
    ck_assert_ptr_eq(snapshot(path, 5), trust);
}
END_TEST

/* Runs in a child whose root is the test's directory; the return value is the exit code. */
static void in_new_root(int (*run)(void))
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(chroot(directory) == 0 && chdir("/") == 0 ? run() : 99);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
}

static bool may_chroot(void)
{
    if (geteuid() == 0)
        return true;
    puts("skipped: changing the root directory needs root");
    return false;
}

static void make_directories(const char *path)
{
    char parent[256];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
        mkdir(path_of(parent), 0755);
    }
}

/* Where distributions keep a bundle or a hashed directory. */
static const struct {
    const char *name, *path;
    bool hashed;
} layouts[] = {
    {"Debian bundle", "etc/ssl/certs/ca-certificates.crt", false},
    {"Debian directory", "etc/ssl/certs/", true},
    {"Fedora bundle", "etc/pki/tls/certs/ca-bundle.crt", false},
    {"Fedora extracted bundle", "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", false},
    {"Fedora directory", "etc/pki/ca-trust/extracted/pem/directory-hash/", true},
    {"SUSE bundle", "etc/ssl/ca-bundle.pem", false},
    {"Alpine and FreeBSD bundle", "etc/ssl/cert.pem", false},
    {"FreeBSD package", "usr/local/share/certs/ca-root-nss.crt", false},
};

static int system_finds_root(void)
{
    struct trust *trust = snapshot(NULL, 1);
    return finds(trust, &root) && !is_empty(trust) && warned.count == 0 ? 0 : 1;
}

START_TEST(known_place)
{
    if (!may_chroot())
        return;
    make_directories(layouts[_i].path);
    if (layouts[_i].hashed)
        write_hashed(layouts[_i].path, root.certificate, 0);
    else
        write_pem(path_of(layouts[_i].path), root.certificate);
    in_new_root(system_finds_root);
}
END_TEST

static int system_is_nowhere_then_there(void)
{
    struct trust *trust = snapshot(NULL, 1);
    if (!is_empty(trust) || warned.count == 0)
        return 1;
    mkdir("/etc", 0755);
    mkdir("/etc/ssl", 0755);
    write_pem("/etc/ssl/cert.pem", root.certificate);
    return finds(snapshot(NULL, 2), &root) ? 0 : 2;
}

START_TEST(system_found_later)
{
    if (may_chroot())
        in_new_root(system_is_nowhere_then_there);
}
END_TEST

/* The jail carries its own store with the stranger in it; nothing of it may count. */
static int daemon_that_chroots(void)
{
    snapshot(NULL, 1);
    if (chroot("/jail") != 0)
        return 1;
    struct trust *trust = snapshot(NULL, 2);
    if (finds(trust, &stranger))
        return 2;
    if (!finds(trust, &root))
        return 3;
    return is_empty(snapshot("/etc/ssl/cert.pem", 3)) ? 0 : 4;
}

START_TEST(chroot_before_the_first_handshake)
{
    if (!may_chroot())
        return;
    make_directories("etc/ssl/certs/");
    make_directories("jail/etc/ssl/certs/");
    write_hashed("etc/ssl/certs", root.certificate, 0);
    write_pem(path_of("etc/ssl/certs/ca-certificates.crt"), root.certificate);
    write_hashed("jail/etc/ssl/certs", stranger.certificate, 0);
    write_pem(path_of("jail/etc/ssl/certs/ca-certificates.crt"), stranger.certificate);
    write_pem(path_of("jail/etc/ssl/cert.pem"), stranger.certificate);
    in_new_root(daemon_that_chroots);
}
END_TEST

static int directory_loses_its_links(void)
{
    struct trust *trust = snapshot(NULL, 1);
    if (!finds(trust, &root) || finds(trust, &stranger))
        return 1;
    char link[64];
    snprintf(link, sizeof(link), "/etc/ssl/certs/%08lx.0", X509_subject_name_hash(root.certificate));
    remove(link);
    trust = snapshot(NULL, 2);
    return finds(trust, &root) && finds(trust, &stranger) && warned.count == 0 ? 0 : 2;
}

START_TEST(bundle_stands_in_while_links_are_rebuilt)
{
    if (!may_chroot())
        return;
    make_directories("etc/ssl/certs/");
    write_hashed("etc/ssl/certs", root.certificate, 0);
    struct text text = {NULL, 0};
    text_add_pem(&text, root.certificate);
    text_add_pem(&text, stranger.certificate);
    write_text(path_of("etc/ssl/certs/ca-certificates.crt"), &text);
    in_new_root(directory_loses_its_links);
}
END_TEST

/* The root is in "file", the intermediate in the hashed "dir", the stranger in the known place. */
static const struct {
    const char *name, *file, *directories;
    bool root_found, intermediate_found, stranger_found;
} environments[] = {
    {"neither", NULL, NULL, false, false, true},
    {"file, and a directory that does not exist", "/file", "/nonexistent", true, false, false},
    {"file, and an empty directory", "/file", "", true, false, false},
    {"file alone leaves the known directory", "/file", NULL, true, false, true},
    {"directory alone", NULL, "/dir", false, true, false},
    {"both", "/file", "/dir", true, true, false},
    {"several directories", NULL, "/nonexistent:/dir", false, true, false},
    {"neither exists", "/nonexistent", "/nonexistent", false, false, false},
};

static int environment_row;

static int environment_decides(void)
{
    trust_believe_environment(environments[environment_row].file, environments[environment_row].directories);
    struct trust *trust = snapshot(NULL, 1);
    return (finds(trust, &root) != environments[environment_row].root_found) |
           (fill(trust, intermediate.certificate) - environments[environment_row].root_found !=
            environments[environment_row].intermediate_found)
               << 1 |
           (finds(trust, &stranger) != environments[environment_row].stranger_found) << 2;
}

START_TEST(environment)
{
    if (!may_chroot())
        return;
    environment_row = _i;
    make_directories("etc/ssl/certs/");
    make_directories("dir/");
    write_hashed("etc/ssl/certs", stranger.certificate, 0);
    write_hashed("dir", intermediate.certificate, 0);
    write_pem(path_of("file"), root.certificate);
    in_new_root(environment_decides);
}
END_TEST

START_TEST(debian_bundle_is_found_whole)
{
    BIO *bio = BIO_new_file(debian_bundle, "r");
    if (!bio) {
        printf("skipped: %s is not installed\n", debian_bundle);
        return;
    }
    struct trust *trust = snapshot(debian_bundle, 1);
    int certificates = 0;
    X509 *certificate;
    while ((certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        int before = decoded, found = fill(trust, certificate);
        ck_assert_msg(found >= 1, "certificate %d is not found", certificates + 1);
        ck_assert_msg(decoded - before <= found, "%d decoded to find %d", decoded - before, found);
        if (found == 1)
            ck_assert_int_eq(X509_cmp(last_added, certificate), 0);
        X509_free(certificate);
        certificates++;
    }
    BIO_free(bio);
    ck_assert_int_gt(certificates, 100);
    ck_assert_int_eq(decoded, certificates);
    ck_assert_int_eq(warned.count, 0);
}
END_TEST

enum { THREADS = 8 };
static pthread_barrier_t barrier;

static void *fill_in_thread(void *arg)
{
    struct trust_source source = {arg};
    pthread_barrier_wait(&barrier);
    X509 *seen = NULL;
    for (time_t now = 1; now < 50; now++) {
        struct trust *trust = trust_snapshot_at(&source, 1, now, warning, NULL);
        X509_STORE *store = X509_STORE_new();
        if (!trust ||
            trust_fill(trust, &(struct decoder){.api = &api}, store, root.certificate, NULL, warning, NULL) != 1)
            return NULL;
        seen = last_added;
        X509_STORE_free(store);
    }
    return seen;
}

START_TEST(threads_share_one_certificate)
{
    static const char *const names_of_sources[] = {"trust.pem", "certs"};
    ck_assert_int_eq(mkdir(path_of("certs"), 0700), 0);
    write_hashed("certs", root.certificate, 0);
    struct text text = {NULL, 0};
    text_add_pem(&text, root.certificate);
    add_half(&text);
    write_text(path_of("trust.pem"), &text);
    const char *path = path_of(names_of_sources[_i]);
    pthread_t threads[THREADS];
    void *seen[THREADS];
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, fill_in_thread, (void *)path), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &seen[i]);
        ck_assert_ptr_nonnull(seen[i]);
        ck_assert_ptr_eq(seen[i], seen[0]);
    }
    ck_assert_int_eq(warned.count, _i == 0);
}
END_TEST

static TCase *make_cases(void)
{
    TCase *cases = tcase_create("trust");
    tcase_add_unchecked_fixture(cases, make_family, free_family);
    tcase_add_checked_fixture(cases, make_directory, remove_directory);
    tcase_add_checked_fixture(cases, bind_api, NULL);
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, chain, 0, COUNT(chains));
    tcase_add_loop_test(cases, name_comparison, 0, COUNT(names));
    tcase_add_test(cases, key_rollover_adds_every_key);
    tcase_add_test(cases, duplicates_are_added_once);
    tcase_add_test(cases, decoded_once_from_several_files);
    tcase_add_test(cases, decoded_once_per_library);
    tcase_add_test(cases, nothing_is_shared_without_locks_in_1_0);
    tcase_add_test(cases, store_that_refuses_is_an_internal_error);
    tcase_add_test(cases, name_without_bytes_is_an_internal_error);
    tcase_add_loop_test(cases, long_subject, 0, 8);
    tcase_add_test(cases, subject_in_pieces_is_found);
    tcase_add_loop_test(cases, file_content, 0, COUNT(files));
    tcase_add_loop_test(cases, useless_at_first, 0, COUNT(useless));
    tcase_add_loop_test(cases, useless_replacement_keeps_what_was_read, 0, COUNT(useless));
    tcase_add_test(cases, truncated_in_place_keeps_what_was_read);
    tcase_add_test(cases, shortage_of_descriptors_passes);
    tcase_add_test(cases, replaced_file_counts_from_the_next_second_on);
    tcase_add_test(cases, same_bytes_are_not_decoded_again);
    tcase_add_test(cases, equal_sources_share_a_snapshot);
    tcase_add_test(cases, real_clock);
    tcase_add_test(cases, hashed_directory);
    tcase_add_test(cases, names_are_hashed_where_the_connection_has_its_algorithms);
    tcase_add_test(cases, hashed_directory_changes);
    tcase_add_test(cases, link_whose_file_comes_later);
    tcase_add_test(cases, more_names_than_are_remembered);
    tcase_add_test(cases, directory_with_many_long_names);
    tcase_add_test(cases, directory_without_links);
    tcase_add_loop_test(cases, known_place, 0, COUNT(layouts));
    tcase_add_test(cases, system_found_later);
    tcase_add_test(cases, chroot_before_the_first_handshake);
    tcase_add_test(cases, bundle_stands_in_while_links_are_rebuilt);
    tcase_add_loop_test(cases, environment, 0, COUNT(environments));
    tcase_add_test(cases, debian_bundle_is_found_whole);
    tcase_add_loop_test(cases, threads_share_one_certificate, 0, 2);
    return cases;
}

int main(void)
{
    return run_cases("trust", (TCase *const[]){make_cases(), NULL});
}
