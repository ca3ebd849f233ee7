#include "draft/fetched_anchor.h"

#include "server/server.h"
#include "shared/certificate.h"
#include "shared/shared_trust.h"
#include "shared/shared_verify.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char program[] = "tlsward draft";

/* The address that was spoken to, and the name that was meant: what leads there now may be another server. */
static bool ask(const struct seen *seen, STACK_OF(X509) * *chain)
{
    const struct destination *destination = &seen->destinations[0];
    const char *name = seen->destination_count == 1 ? destination->name : NULL;
    struct server server = {.program = program,
                            .host = name != NULL ? name : destination->address,
                            .port = destination->port,
                            .starttls = starttls_of_port(destination->port),
                            .address = destination->address};
    char address[NI_MAXHOST];
    struct tls_peer peer = {.chain = NULL};
    if (server.host == NULL || server.port == 0)
        return false;
    if (name == NULL || !peer_normalise(name, strlen(name), &server.name))
        server.name.kind = PEER_NONE;
    bool answered = server_examine(&server, &peer, address);
    *chain = peer.chain;
    peer.chain = NULL;
    tls_peer_free(&peer);
    return answered && sk_X509_num(*chain) > 0;
}

/* One key was seen, and it is still shown. */
static bool is_the_same(const struct failure *failure, X509 *leaf)
{
    char pin[SPKI_PIN_SIZE];
    shared_public_key_pin(leaf, pin);
    return failure->sample_count == 1 && !failure->more_samples && strcmp(failure->keys[0], pin) == 0;
}

/* What a person needs to compare it. */
static void write_certificate(FILE *out, const struct fetched_anchor *fetched, X509 *anchor)
{
    char *subject = text_clean(fetched->subject, strlen(fetched->subject));
    fprintf(out, "# %s\n# SHA-256 %s\n# Taken from the server itself: compare it by another way.\n", subject,
            fetched->fingerprint);
    free(subject);
    PEM_write_X509(out, anchor);
}

/* The same certificate under that name and no other; what anybody else put there is not ours to trust. */
static bool holds(const char *file, X509 *anchor)
{
    FILE *in = fopen(file, "re");
    X509 *there = in != NULL ? PEM_read_X509(in, NULL, NULL, NULL) : NULL;
    X509 *another = there != NULL ? PEM_read_X509(in, NULL, NULL, NULL) : NULL;
    bool same = there != NULL && another == NULL && X509_cmp(there, anchor) == 0;
    X509_free(there);
    X509_free(another);
    ERR_clear_error();
    if (in != NULL)
        fclose(in);
    return same;
}

static bool write_file(struct fetched_anchor *fetched, X509 *anchor)
{
    int fd = open(fetched->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0 && errno == EEXIST && holds(fetched->file, anchor))
        return true;
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool written = out != NULL && fchmod(fd, 0644) == 0; /* programs of all users read it, whatever our umask is */
    if (out != NULL) {
        fetched->is_new = true;
        write_certificate(out, fetched, anchor);
        written = fflush(out) == 0 && !ferror(out) && fsync(fd) == 0 && written;
        written = fclose(out) == 0 && written;
    }
    if (!written)
        fprintf(stderr, "%s: %s: %s\n", program, fetched->file, strerror(errno));
    return written;
}

static void forget_file(struct fetched_anchor *fetched)
{
    if (fetched->is_new)
        unlink(fetched->file);
    fetched->is_new = false;
    free(fetched->file);
    fetched->file = NULL;
}

static bool keep(struct fetched_anchor *fetched, const char *directory)
{
    X509 *anchor = sk_X509_value(fetched->chain, sk_X509_num(fetched->chain) - 1);
    char path[PATH_MAX];
    if ((mkdir(directory, 0755) != 0 && errno != EEXIST) || realpath(directory, path) == NULL) {
        fprintf(stderr, "%s: %s: %s\n", program, directory, strerror(errno));
        return false;
    }
    fetched->subject = certificate_name_text(X509_get_subject_name(anchor));
    certificate_fingerprint(anchor, fetched->fingerprint);
    fetched->file = text_format("%s/%s.pem", path, fetched->fingerprint);
    bool written = write_file(fetched, anchor);
    if (!written)
        forget_file(fetched);
    return written;
}

bool fetched_anchor_take(struct fetched_anchor *fetched, const char *directory, const struct failure *failure,
                         const struct seen *seen)
{
    *fetched = (struct fetched_anchor){.chain = NULL};
    if (!ask(seen, &fetched->chain))
        return false;
    if (!is_the_same(failure, sk_X509_value(fetched->chain, 0))) {
        const struct destination *destination = &seen->destinations[0];
        const char *host = destination->name != NULL ? destination->name : destination->address;
        char *clean = text_clean(host, strlen(host));
        fprintf(stderr, "%s: %s:%u shows another key than in the events, or had several: no anchor is taken from it\n",
                program, clean, destination->port);
        free(clean);
        return false;
    }
    return keep(fetched, directory);
}

/* What the policy would look for in the certificate; PEER_NONE where several names were possible, or none was known. */
static struct peer_name expected_name(const struct settings *settings, const struct seen *seen)
{
    const char *text = settings->name;
    if (text == NULL && seen->destination_count == 1)
        text = seen->destinations[0].name;
    struct peer_name name = {.kind = PEER_NONE};
    if (text != NULL && !peer_normalise(text, strlen(text), &name))
        name.kind = PEER_NONE;
    return name;
}

bool fetched_anchor_judge(const struct fetched_anchor *fetched, const struct settings *settings,
                          const struct seen *seen, struct facts *facts)
{
    if (fetched->file == NULL || settings->trust_count != 1 || settings->trust[0].path == NULL ||
        strcmp(settings->trust[0].path, fetched->file) != 0)
        return false;
    struct shared_verify_result result;
    struct settings required = *settings;
    if (required.security_level < SHARED_CONNECTION_LEVEL)
        required.security_level = SHARED_CONNECTION_LEVEL;
    struct peer_name expected = expected_name(settings, seen);
    X509 *leaf = sk_X509_value(fetched->chain, 0);
    X509_STORE *store = X509_STORE_new();
    bool done = store != NULL &&
                shared_trust_fill(settings->trust, settings->trust_count, store, leaf, fetched->chain) &&
                shared_verify(store, leaf, fetched->chain, &required, &expected, &result);
    X509_STORE_free(store);
    ERR_clear_error();
    if (!done)
        return false;
    sk_X509_pop_free(result.chain, X509_free);
    facts->trust_missing = false;
    facts->policy_anchors_checked = true;
    facts->policy_anchors_error = result.chain_error;
    facts->policy_anchors_expiry_alone = result.expiry_alone;
    if (expected.kind != PEER_NONE) {
        facts->name_checked = result.name_checked;
        facts->name_error = result.name_error;
        facts->loose_match = result.loose_match;
    }
    return true;
}

void fetched_anchor_free(struct fetched_anchor *fetched, bool used)
{
    fetched->is_new = fetched->is_new && !used;
    forget_file(fetched);
    sk_X509_pop_free(fetched->chain, X509_free);
    free(fetched->subject);
    *fetched = (struct fetched_anchor){.chain = NULL};
}
