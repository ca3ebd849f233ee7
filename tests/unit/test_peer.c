#include "cases.h"
#include "peer/kept_candidates.h"
#include "peer/peer.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define L10 "abcdefghij"
#define L63 L10 L10 L10 L10 L10 L10 "abc"

struct row {
    const char *name;
    const char *text;
    enum peer_kind kind;
    const char *expected;
};

static const struct row rows[] = {
    {"plain", "host.example", PEER_HOST, "host.example"},
    {"single label", "localhost", PEER_HOST, "localhost"},
    {"upper case", "HOST.Example", PEER_HOST, "host.example"},
    {"trailing dot", "host.example.", PEER_HOST, "host.example"},
    {"port (httrack's SNI)", "host.example:443", PEER_HOST, "host.example"},
    {"trailing dot and port", "host.example.:443", PEER_HOST, "host.example"},
    {"highest port", "host.example:65535", PEER_HOST, "host.example"},
    {"underscore", "_sip._tcp.host_1.example", PEER_HOST, "_sip._tcp.host_1.example"},
    {"hyphens", "r3---sn-a.example-", PEER_HOST, "r3---sn-a.example-"},
    {"digits in other labels", "1.2.3.in-addr.arpa", PEER_HOST, "1.2.3.in-addr.arpa"},
    {"digit first in the last label", "host.3com", PEER_HOST, "host.3com"},
    {"label of 63", L63 ".example", PEER_HOST, L63 ".example"},
    {"name of 253", L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 L10 "a", PEER_HOST,
     L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 L10 "a"},
    {"name of 253 and a dot", L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 L10 "a.", PEER_HOST,
     L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 L10 "a"},

    {"empty", "", PEER_NONE, ""},
    {"only a dot", ".", PEER_NONE, ""},
    {"leading dot", ".host.example", PEER_NONE, ""},
    {"two trailing dots", "host.example..", PEER_NONE, ""},
    {"empty label", "host..example", PEER_NONE, ""},
    {"only a port", ":443", PEER_NONE, ""},
    {"empty port", "host.example:", PEER_NONE, ""},
    {"port too high", "host.example:65536", PEER_NONE, ""},
    {"port too long", "host.example:000443", PEER_NONE, ""},
    {"service for a port", "host.example:https", PEER_NONE, ""},
    {"space", "host example", PEER_NONE, ""},
    {"trailing newline", "host.example\n", PEER_NONE, ""},
    {"control character", "host\x01.example", PEER_NONE, ""},
    {"delete", "host\x7f.example", PEER_NONE, ""},
    {"wildcard", "*.example", PEER_NONE, ""},
    {"slash", "host.example/path", PEER_NONE, ""},
    {"user", "user@host.example", PEER_NONE, ""},
    {"percent", "host%2eexample", PEER_NONE, ""},
    {"label of 64", L63 "d.example", PEER_NONE, ""},
    {"name of 254", L63 "." L63 "." L63 "." L10 L10 L10 L10 L10 L10 "ab", PEER_NONE, ""},

    {"IPv4", "192.0.2.1", PEER_ADDRESS, "192.0.2.1"},
    {"IPv4 and port", "192.0.2.1:443", PEER_ADDRESS, "192.0.2.1"},
    {"IPv4 and trailing dot", "192.0.2.1.", PEER_ADDRESS, "192.0.2.1"},
    {"IPv6", "2001:DB8:0::1", PEER_ADDRESS, "2001:db8::1"},
    {"IPv6 that looks like host and port", "2001:db8::1:443", PEER_ADDRESS, "2001:db8::1:443"},
    {"IPv6 in brackets", "[2001:db8::1]", PEER_ADDRESS, "2001:db8::1"},
    {"IPv6 in brackets and port", "[::1]:443", PEER_ADDRESS, "::1"},
    {"IPv6 with scope", "fe80::1%eth0", PEER_ADDRESS, "fe80::1"},
    {"IPv6 with scope in brackets", "[fe80::1%25eth0]:443", PEER_ADDRESS, "fe80::1"},
    {"unspecified", "::", PEER_ADDRESS, "::"},
    {"IPv4-mapped", "::ffff:192.0.2.1", PEER_ADDRESS, "192.0.2.1"},
    {"IPv4-mapped in hex", "[::FFFF:c000:201]:443", PEER_ADDRESS, "192.0.2.1"},
    {"IPv4-compatible is not mapped", "::192.0.2.1", PEER_ADDRESS, "::192.0.2.1"},

    {"IPv4 out of range", "192.0.2.256", PEER_NONE, ""},
    {"IPv4 with a leading zero", "192.0.2.01", PEER_NONE, ""},
    {"IPv4 with scope", "192.0.2.1%eth0", PEER_NONE, ""},
    {"IPv4 in brackets", "[192.0.2.1]", PEER_NONE, ""},
    {"inet_aton form", "127.1", PEER_NONE, ""},
    {"a number", "2130706433", PEER_NONE, ""},
    {"last label of digits", "host.example.1", PEER_NONE, ""},
    {"IPv6 and nonsense", "::1g", PEER_NONE, ""},
    {"IPv6 twice shortened", "1::2::3", PEER_NONE, ""},
    {"empty scope", "fe80::1%", PEER_NONE, ""},
    {"space in scope", "fe80::1%eth 0", PEER_NONE, ""},
    {"brackets left open", "[::1", PEER_NONE, ""},
    {"empty brackets", "[]", PEER_NONE, ""},
    {"host name in brackets", "[host.example]", PEER_NONE, ""},
    {"text behind brackets", "[::1]443", PEER_NONE, ""},
    {"empty port behind brackets", "[::1]:", PEER_NONE, ""},
    {"bracket inside", "host]", PEER_NONE, ""},

    {"U-label", "bücher.example", PEER_HOST, "xn--bcher-kva.example"},
    {"U-label in capitals", "BÜCHER.example", PEER_HOST, "xn--bcher-kva.example"},
    {"U-label, dot, port", "bücher.example.:8443", PEER_HOST, "xn--bcher-kva.example"},
    {"A-label in capitals", "XN--BCHER-KVA.example", PEER_HOST, "xn--bcher-kva.example"},
    {"sharp s stays (IDNA 2008)", "faß.de", PEER_HOST, "xn--fa-hia.de"},
    {"final sigma stays (IDNA 2008)", "ΒΌΛΟς.com", PEER_HOST, "xn--nxasmm1c.com"},
    {"Greek capitals", "ΆΈΉΊΌΎΏΑΡΣΫ", PEER_HOST, "xn--hxacdek0ho8dfkl"},
    {"Greek small letters", "άέήίόύώαρσϋ", PEER_HOST, "xn--hxacdek0ho8dfkl"},
    {"Cyrillic capitals", "ПРИМЕР.РФ", PEER_HOST, "xn--e1afmkfd.xn--p1ai"},
    {"Cyrillic small letters", "пример.рф", PEER_HOST, "xn--e1afmkfd.xn--p1ai"},
    {"Cyrillic extensions", "ЏѠҊӀӁӐ", PEER_HOST, "xn--l2ae0k2iicn"},
    {"Latin Extended-A", "ĀĮĲĶĹŇŊŶŸŹŽ", PEER_HOST, "xn--wdad2lqaus2hya01b5a8b"},
    {"Latin-1 has no capital of its division sign", "a×÷", PEER_HOST, "xn--a-9ea0h"},
    {"Chinese", "例え.テスト", PEER_HOST, "xn--r8jz45g.xn--zckzah"},
    {"four bytes", "😀.example", PEER_HOST, "xn--e28h.example"},
    {"digits of another script as last label", "host.\u0661\u0662", PEER_HOST, "host.xn--9hbc"},

    {"capital I with dot, whose small letter is another name", "\u0130.example", PEER_NONE, ""},
    {"no-break space", "a\u00a0b", PEER_NONE, ""},
    {"C1 control",
     "a\xc2\x85"
     "b",
     PEER_NONE, ""},
    {"soft hyphen", "a\u00adb", PEER_NONE, ""},
    {"zero-width space", "a\u200bb", PEER_NONE, ""},
    {"mark of direction", "a\u202eb\u202c", PEER_NONE, ""},
    {"ideographic space", "a\u3000b", PEER_NONE, ""},
    {"byte order mark", "\ufeffhost", PEER_NONE, ""},
    {"stray continuation byte", "a\x80", PEER_NONE, ""},
    {"no continuation byte",
     "\xc3"
     "bcher",
     PEER_NONE, ""},
    {"truncated sequence", "a\xc3", PEER_NONE, ""},
    {"sequence cut by a dot", "a\xc3.example", PEER_NONE, ""},
    {"overlong dot",
     "a\xc0\xae"
     "b",
     PEER_NONE, ""},
    {"overlong three bytes", "\xe0\x83\xbc", PEER_NONE, ""},
    {"surrogate", "\xed\xa0\x80", PEER_NONE, ""},
    {"above U+10FFFF", "\xf4\x90\x80\x80", PEER_NONE, ""},
    {"Latin-1 bytes",
     "b\xfc"
     "cher",
     PEER_NONE, ""},
    {"U-label that fits only in UTF-8", "ü" L10 L10 L10 L10 L10 "abcdef", PEER_NONE, ""},
    {"longest U-label", "ü" L10 L10 L10 L10 L10 "abcde", PEER_HOST, "xn--" L10 L10 L10 L10 L10 "abcde-oxf"},
};

START_TEST(normalises)
{
    const struct row *row = &rows[_i];
    size_t length = strlen(row->text);
    struct peer_name peer;
    /* Exactly as long as the text, so that AddressSanitizer sees a read behind it. */
    char *text = malloc(length + 1);
    memcpy(text, row->text, length);
    char *end = realloc(text, length == 0 ? 1 : length);

    bool known = peer_normalise(end, length, &peer);
    ck_assert_msg(peer.kind == row->kind && strcmp(peer.text, row->expected) == 0, "%s: kind %d, \"%s\"", row->name,
                  (int)peer.kind, peer.text);
    ck_assert_msg(known == (row->kind != PEER_NONE), "%s: result and kind differ", row->name);
    free(end);
}
END_TEST

START_TEST(normalising_again_changes_nothing)
{
    const struct row *row = &rows[_i];
    struct peer_name once, twice;

    if (peer_normalise(row->text, strlen(row->text), &once)) {
        peer_normalise(once.text, strlen(once.text), &twice);
        ck_assert_msg(memcmp(&once, &twice, sizeof once) == 0, "%s: \"%s\"", row->name, twice.text);
    }
}
END_TEST

START_TEST(a_nul_byte_is_no_end)
{
    static const char *const hidden[] = {"host.example\0.evil.example", "192.0.2.1\0x", "::1\0x", "[::1]\0:1"};
    static const size_t lengths[] = {26, 11, 5, 8};
    struct peer_name peer;

    for (size_t i = 0; i < 4; i++) {
        ck_assert_msg(!peer_normalise(hidden[i], lengths[i], &peer), "%s", hidden[i]);
    }
    ck_assert(!peer_normalise(NULL, 0, &peer));
}
END_TEST

struct expectation {
    const char *name;
    const char *known; /* the sources with a name, by letter: policy, app, sni, bio, resolver, session, address */
    bool weak;
    bool weak_names_count;
    enum name_source expected;
    bool expected_weak;
};

static const struct expectation expectations[] = {
    {"policy wins", "pasbrtd", false, false, NAME_FROM_POLICY, false},
    {"then what the program checks", "asbrtd", false, false, NAME_FROM_APP, false},
    {"then SNI", "sbrtd", false, false, NAME_FROM_SNI, false},
    {"then the connect BIO", "brtd", false, false, NAME_FROM_BIO, false},
    {"then the resolver, against a session", "rtd", false, false, NAME_FROM_RESOLVER, false},
    {"then the session", "td", false, false, NAME_FROM_SESSION, false},
    {"then the address", "d", false, false, NAME_FROM_ADDRESS, false},
    {"nothing", "", false, true, NAME_UNKNOWN, false},
    {"weak resolver refused", "r", true, false, NAME_UNKNOWN, false},
    {"weak address refused", "d", true, false, NAME_UNKNOWN, false},
    {"weak resolver used and reported", "r", true, true, NAME_FROM_RESOLVER, true},
    {"weak address used and reported", "d", true, true, NAME_FROM_ADDRESS, true},
    {"a strong name is not weak because others are", "srd", true, true, NAME_FROM_SNI, false},
};

static struct peer_name *place(struct peer_candidates *candidates, char letter)
{
    switch (letter) {
    case 'p':
        return &candidates->policy;
    case 'a':
        candidates->app_count = 2;
        return candidates->app;
    case 's':
        return &candidates->sni;
    case 'b':
        return &candidates->bio;
    case 't':
        return &candidates->session;
    case 'r':
        candidates->resolver_count = 1;
        return candidates->resolver;
    default:
        return &candidates->address;
    }
}

START_TEST(expects_the_first_known_source)
{
    const struct expectation *row = &expectations[_i];
    struct peer_candidates candidates = {.resolver_is_weak = row->weak, .address_is_weak = row->weak};
    const struct peer_name *first = NULL;

    for (const char *letter = row->known; *letter != '\0'; letter++) {
        struct peer_name *name = place(&candidates, *letter);
        name->kind = PEER_HOST;
        first = first == NULL ? name : first;
    }
    struct expected_peer expected = peer_expected(&candidates, row->weak_names_count);
    bool known = row->expected != NAME_UNKNOWN;
    size_t count = !known ? 0 : row->expected == NAME_FROM_APP ? 2 : 1;
    ck_assert_msg(expected.source == row->expected, "%s: source %d", row->name, (int)expected.source);
    ck_assert_msg(expected.weak == row->expected_weak, "%s: weak", row->name);
    ck_assert_msg(expected.names == (known ? first : NULL), "%s: names", row->name);
    ck_assert_msg(expected.count == count, "%s: count %zu", row->name, expected.count);
}
END_TEST

START_TEST(one_weak_candidate_does_not_taint_the_other)
{
    struct peer_candidates candidates = {
        .resolver = {{PEER_HOST, "host"}}, .resolver_count = 1, .address = {PEER_ADDRESS, "192.0.2.1"}};

    candidates.resolver_is_weak = true;
    ck_assert_int_eq(peer_expected(&candidates, false).source, NAME_FROM_ADDRESS);
    ck_assert(!peer_expected(&candidates, false).weak);
}
END_TEST

START_TEST(each_of_several_looked_up_names_has_to_match)
{
    struct peer_candidates candidates = {.resolver = {{PEER_HOST, "one"}, {PEER_HOST, "other"}}, .resolver_count = 1};

    ck_assert(!peer_expected(&candidates, false).each);
    candidates.resolver_count = 2;
    ck_assert(peer_expected(&candidates, false).each);
    ck_assert_uint_eq(peer_expected(&candidates, false).count, 2);
    candidates.app[0] = candidates.app[1] = candidates.resolver[0];
    candidates.app_count = 2;
    ck_assert_msg(!peer_expected(&candidates, false).each, "of the program's own names one is enough");
}
END_TEST

START_TEST(of_too_many_names_of_the_program_none_is_known)
{
    struct peer_candidates candidates = {
        .app = {{PEER_HOST, "one"}}, .app_count = 1, .app_is_incomplete = true, .sni = {PEER_HOST, "sni"}};

    ck_assert_int_eq(peer_expected(&candidates, true).source, NAME_UNKNOWN);
    ck_assert_uint_eq(peer_expected(&candidates, true).count, 0);
    candidates.policy = candidates.sni;
    ck_assert_int_eq(peer_expected(&candidates, true).source, NAME_FROM_POLICY);
}
END_TEST

static bool same_candidates(const struct peer_candidates *left, const struct peer_candidates *right)
{
    const struct {
        const struct peer_name *left;
        const struct peer_name *right;
        size_t count;
    } names[] = {
        {&left->policy, &right->policy, 1},   {left->app, right->app, PEER_APP_NAMES},
        {&left->sni, &right->sni, 1},         {&left->bio, &right->bio, 1},
        {&left->session, &right->session, 1}, {left->resolver, right->resolver, PEER_LOOKUP_NAMES},
        {&left->address, &right->address, 1},
    };
    bool same = left->app_count == right->app_count && left->app_is_incomplete == right->app_is_incomplete &&
                left->resolver_count == right->resolver_count && left->resolver_is_weak == right->resolver_is_weak &&
                left->address_is_weak == right->address_is_weak;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t j = 0; j < names[i].count; j++)
            same = same && names[i].left[j].kind == names[i].right[j].kind &&
                   strcmp(names[i].left[j].text, names[i].right[j].text) == 0;
    return same;
}

static struct peer_candidates all_candidates(void)
{
    struct peer_candidates candidates = {.app_count = PEER_APP_NAMES,
                                         .app_is_incomplete = true,
                                         .sni = {PEER_HOST, "sni"},
                                         .bio = {PEER_HOST, "bio"},
                                         .resolver_count = PEER_LOOKUP_NAMES,
                                         .resolver_is_weak = true,
                                         .session = {PEER_HOST, "session"},
                                         .address = {PEER_ADDRESS, "192.0.2.1"},
                                         .address_is_weak = true};
    for (int i = 0; i < PEER_APP_NAMES; i++)
        candidates.app[i] = (struct peer_name){PEER_HOST, {(char)('a' + i)}};
    for (int i = 0; i < PEER_LOOKUP_NAMES; i++)
        candidates.resolver[i] = (struct peer_name){PEER_HOST, {(char)('A' + i)}};
    candidates.policy = (struct peer_name){PEER_HOST, "policy"};
    return candidates;
}

START_TEST(what_is_kept_is_recalled)
{
    const struct peer_candidates all = all_candidates(), none = {0};
    struct peer_candidates recalled;
    struct kept_candidates *kept = candidates_keep(&all);

    candidates_recall(kept, &recalled);
    ck_assert(same_candidates(&all, &recalled));
    free(kept);
    kept = candidates_keep(&none);
    candidates_recall(kept, &recalled);
    ck_assert(same_candidates(&none, &recalled));
    free(kept);
    candidates_recall(NULL, &recalled);
    ck_assert(same_candidates(&none, &recalled));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("names");
    int count = sizeof rows / sizeof *rows;

    tcase_add_loop_test(tests, normalises, 0, count);
    tcase_add_loop_test(tests, normalising_again_changes_nothing, 0, count);
    tcase_add_test(tests, a_nul_byte_is_no_end);
    tcase_add_loop_test(tests, expects_the_first_known_source, 0, sizeof expectations / sizeof *expectations);
    tcase_add_test(tests, one_weak_candidate_does_not_taint_the_other);
    tcase_add_test(tests, each_of_several_looked_up_names_has_to_match);
    tcase_add_test(tests, of_too_many_names_of_the_program_none_is_known);
    tcase_add_test(tests, what_is_kept_is_recalled);
    return run_cases("peer", (TCase *const[]){tests, NULL});
}
