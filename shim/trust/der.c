#include "trust/der.h"

#include <string.h>

enum {
    TAG_INTEGER = 0x02,
    TAG_OID = 0x06,
    TAG_SEQUENCE = 0x30,
    TAG_CONTEXT_0 = 0xa0 /* constructed */
};

static bool next_is(struct der input, unsigned char tag)
{
    return input.length > 0 && input.data[0] == tag;
}

/* Definite lengths of up to four bytes, X.690 section 8.1.3. */
static bool read_length(const struct der *input, size_t *header, size_t *length)
{
    if (input->length < 2)
        return false;
    *header = 2;
    *length = input->data[1];
    if (*length < 0x80)
        return true;
    size_t bytes = *length & 0x7f;
    if (bytes == 0 || bytes > 4 || input->length < 2 + bytes)
        return false;
    *length = 0;
    for (size_t i = 0; i < bytes; i++)
        *length = *length << 8 | input->data[2 + i];
    *header += bytes;
    return true;
}

/* Takes one element with this tag off the front of `input`; `contents` and `whole` may be NULL. */
static bool take(struct der *input, unsigned char tag, struct der *contents, struct der *whole)
{
    size_t header, length;
    if (!next_is(*input, tag) || !read_length(input, &header, &length) || length > input->length - header)
        return false;
    if (contents)
        *contents = (struct der){input->data + header, length};
    if (whole)
        *whole = (struct der){input->data, header + length};
    input->data += header + length;
    input->length -= header + length;
    return true;
}

bool der_take(struct der *input, unsigned char tag, struct der *contents)
{
    return take(input, tag, contents, NULL);
}

bool der_take_any(struct der *input, unsigned char *tag, struct der *contents)
{
    if (input->length == 0)
        return false;
    *tag = input->data[0];
    return take(input, *tag, contents, NULL);
}

static bool skip(struct der *input, unsigned char tag)
{
    return take(input, tag, NULL, NULL);
}

/* Steps into a sequence, of which there may be less at hand than there is. `whole` is the bytes there are, and becomes
 * those of the sequence. */
static bool enter_sequence(struct der *input, size_t *whole)
{
    size_t header, length;
    if (!next_is(*input, TAG_SEQUENCE) || !read_length(input, &header, &length) || length > *whole - header)
        return false;
    size_t at_hand = input->length - header;
    *input = (struct der){input->data + header, length < at_hand ? length : at_hand};
    *whole = length;
    return true;
}

bool der_certificate_start(struct der start, size_t whole, size_t *length, struct der *subject)
{
    struct der tbs = start;
    if (!enter_sequence(&tbs, &whole))
        return false;
    *length = (size_t)(tbs.data - start.data) + whole;
    if (!enter_sequence(&tbs, &whole))
        return false;
    if (next_is(tbs, TAG_CONTEXT_0) && !skip(&tbs, TAG_CONTEXT_0)) /* version */
        return false;
    return skip(&tbs, TAG_INTEGER) &&  /* serialNumber */
           skip(&tbs, TAG_SEQUENCE) && /* signature */
           skip(&tbs, TAG_SEQUENCE) && /* issuer */
           skip(&tbs, TAG_SEQUENCE) && /* validity */
           take(&tbs, TAG_SEQUENCE, NULL, subject);
}

bool der_certificate(struct der input, struct der *certificate, struct der *subject, struct der *rest)
{
    size_t length;
    if (!der_certificate_start(input, input.length, &length, subject))
        return false;
    *certificate = (struct der){input.data, length};
    *rest = (struct der){input.data + length, input.length - length};
    return true;
}

static bool is_server_use(struct der oid)
{
    static const unsigned char server_auth[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};
    static const unsigned char any_extended_key_usage[] = {0x55, 0x1d, 0x25, 0x00};
    return (oid.length == sizeof(server_auth) && memcmp(oid.data, server_auth, sizeof(server_auth)) == 0) ||
           (oid.length == sizeof(any_extended_key_usage) &&
            memcmp(oid.data, any_extended_key_usage, sizeof(any_extended_key_usage)) == 0);
}

/* Reads a sequence of OIDs that may be absent; false where it is damaged. */
static bool take_uses(struct der *settings, unsigned char tag, bool *present, bool *server)
{
    *present = next_is(*settings, tag);
    *server = false;
    if (!*present)
        return true;
    struct der uses, oid;
    if (!take(settings, tag, &uses, NULL))
        return false;
    while (uses.length > 0) {
        if (!take(&uses, TAG_OID, &oid, NULL))
            return false;
        *server = *server || is_server_use(oid);
    }
    return true;
}

bool der_trust_settings_allow_server(struct der settings)
{
    if (settings.length == 0)
        return true;
    struct der fields;
    bool lists_trusted, trusts_server, lists_rejected, rejects_server;
    return take(&settings, TAG_SEQUENCE, &fields, NULL) &&
           take_uses(&fields, TAG_SEQUENCE, &lists_trusted, &trusts_server) &&
           take_uses(&fields, TAG_CONTEXT_0, &lists_rejected, &rejects_server) && (!lists_trusted || trusts_server) &&
           !rejects_server;
}
