/* What names a proxy, and which connections go to one. */
#include "cases.h"
#include "peer/proxy.h"

#include <check.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
    const char *host; /* NULL: refused */
    uint16_t port;
} forms[] = {
    {"host", "proxy.example", "proxy.example", 0},
    {"host and port", "proxy.example:3128", "proxy.example", 3128},
    {"normalised", "Proxy.Example.:3128", "proxy.example", 3128},
    {"URL", "http://proxy.example:3128", "proxy.example", 3128},
    {"URL with a path", "https://proxy.example:3128/", "proxy.example", 3128},
    {"URL without a port", "http://proxy.example/", "proxy.example", 0},
    {"SOCKS", "socks5h://proxy.example:1080", "proxy.example", 1080},
    {"user", "http://user@proxy.example:3128", "proxy.example", 3128},
    {"user and password", "http://user:secret@proxy.example:3128", "proxy.example", 3128},
    {"a password with an at sign", "http://user:s@cret@proxy.example:3128/", "proxy.example", 3128},
    {"an at sign in the path is no user", "http://proxy.example:3128/@other.example", "proxy.example", 3128},
    {"user without scheme", "user:secret@proxy.example:3128", "proxy.example", 3128},
    {"an end of digits that is no port", "proxy3128", "proxy3128", 0},
    {"IPv4", "http://192.0.2.1:3128", "192.0.2.1", 3128},
    {"IPv4 without a port", "192.0.2.1", "192.0.2.1", 0},
    {"IPv6", "http://[2001:db8::1]:3128/", "2001:db8::1", 3128},
    {"IPv6 in brackets without a port", "[2001:db8::1]", "2001:db8::1", 0},
    {"the end of an IPv6 address is no port", "2001:db8::3128", "2001:db8::3128", 0},
    {"the highest port", "proxy.example:65535", "proxy.example", 65535},
    {"a port beyond", "proxy.example:65536", NULL, 0},
    {"a port without digits", "proxy.example:", NULL, 0},
    {"a service's name", "proxy.example:squid", NULL, 0},
    {"empty", "", NULL, 0},
    {"a scheme alone", "http://", NULL, 0},
    {"a path alone", "/", NULL, 0},
    {"no host name", "no host", NULL, 0},
};

START_TEST(reads_every_form)
{
    struct proxy proxy;
    bool read = proxy_parse(forms[_i].text, &proxy);

    ck_assert_msg(read == (forms[_i].host != NULL), "%s", forms[_i].name);
    if (!read)
        return;
    ck_assert_msg(strcmp(proxy.host.text, forms[_i].host) == 0, "%s: %s", forms[_i].name, proxy.host.text);
    ck_assert_msg(proxy.port == forms[_i].port, "%s: %u", forms[_i].name, proxy.port);
    ck_assert_ptr_eq(proxy.text, forms[_i].text);
}
END_TEST

START_TEST(tells_proxies_that_speak_tls)
{
    static const char *const by_tls[] = {"https://proxy.example", "HTTPS://proxy.example:3128", "https://192.0.2.1:1"};
    static const char *const others[] = {"http://proxy.example", "https:3128", "socks5h://proxy.example",
                                         "proxy.example"};
    struct proxy proxy;

    for (size_t i = 0; i < sizeof by_tls / sizeof *by_tls; i++)
        ck_assert_msg(proxy_parse(by_tls[i], &proxy) && proxy.tls, "%s", by_tls[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(proxy_parse(others[i], &proxy) && !proxy.tls, "%s", others[i]);
}
END_TEST

static const struct {
    const char *name;
    const char *proxies[2];
    const char *host;
    uint16_t port;
    bool is_among;
} connections[] = {
    {"the proxy", {"proxy.example:3128"}, "proxy.example", 3128, true},
    {"its second", {"a.example", "proxy.example:3128"}, "proxy.example", 3128, true},
    {"its address", {"192.0.2.1:3128"}, "192.0.2.1", 3128, true},
    {"another host", {"proxy.example:3128"}, "peer.example", 3128, false},
    {"another port", {"proxy.example:3128"}, "proxy.example", 443, false},
    {"a port that is not known", {"proxy.example:3128"}, "proxy.example", 0, true},
    {"a proxy of any port", {"proxy.example"}, "proxy.example", 443, true},
    {"a name below", {"proxy.example"}, "a.proxy.example", 3128, false},
    {"no name", {"proxy.example"}, "", 3128, false},
    {"no proxies", {NULL}, "proxy.example", 3128, false},
};

START_TEST(finds_connections_to_one)
{
    struct proxy proxies[2];
    size_t count = 0;

    for (; count < 2 && connections[_i].proxies[count] != NULL; count++)
        ck_assert(proxy_parse(connections[_i].proxies[count], &proxies[count]));
    ck_assert_msg((proxy_find(proxies, count, connections[_i].host, connections[_i].port) != NULL) ==
                      connections[_i].is_among,
                  "%s", connections[_i].name);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("proxies");

    tcase_add_loop_test(tests, reads_every_form, 0, sizeof forms / sizeof *forms);
    tcase_add_test(tests, tells_proxies_that_speak_tls);
    tcase_add_loop_test(tests, finds_connections_to_one, 0, sizeof connections / sizeof *connections);
    return run_cases("proxy", (TCase *const[]){tests, NULL});
}
