#include "scan/comments.h"

#include <stdbool.h>
#include <string.h>

/* How a kind of file writes them. */
struct style {
    const char *first;  /* what begins one at the start of a line, behind blanks */
    const char *inside; /* what begins one behind a blank, outside of quotes */
    const char *quotes; /* what quotes a text; a line ends it */
    bool slashes;       /* from two slashes to the end of the line */
    const char *open;   /* of a comment over lines, or NULL */
    const char *close;
};

static const struct style hashes = {"#", "#", "\"'", false, NULL, NULL};
static const struct style first_hash = {"#", "", "", false, NULL, NULL};
static const struct style first_of_both = {"#;", "", "", false, NULL, NULL};
static const struct style both = {"#;", "#;", "\"", false, NULL, NULL};
static const struct style slashes = {"", "", "\"'`", true, "/*", "*/"};
static const struct style slashes_and_lifetimes = {"", "", "\"", true, "/*", "*/"};
static const struct style slashes_and_hashes = {"#", "#", "\"'", true, "/*", "*/"};
static const struct style xml = {"", "", "", false, "<!--", "-->"};
static const struct style powershell = {"#", "#", "\"'", false, "<#", "#>"};
static const struct style none = {"", "", "", false, NULL, NULL};

static const struct style *const styles[KIND_COUNT] = {
    [KIND_SHELL] = &hashes,
    [KIND_DOCKERFILE] = &first_hash,
    [KIND_YAML] = &hashes,
    [KIND_MAKEFILE] = &hashes,
    [KIND_CRON] = &first_hash,
    [KIND_UNIT] = &first_of_both,
    [KIND_ENVFILE] = &first_of_both,
    [KIND_CURLRC] = &hashes,
    [KIND_WGETRC] = &first_hash,
    [KIND_GITCONFIG] = &both,
    [KIND_NPMRC] = &first_of_both,
    [KIND_PIPCONF] = &hashes,
    [KIND_CONDARC] = &hashes,
    [KIND_GEMRC] = &hashes,
    [KIND_APTCONF] = &slashes_and_hashes,
    [KIND_DNFCONF] = &first_of_both,
    [KIND_LDAPCONF] = &first_hash,
    [KIND_SSSDCONF] = &first_of_both,
    [KIND_MYCNF] = &first_of_both,
    [KIND_NGINX] = &hashes,
    [KIND_HAPROXY] = &hashes,
    [KIND_APACHE] = &first_hash,
    [KIND_STUNNEL] = &first_of_both,
    [KIND_RSYSLOG] = &hashes,
    [KIND_REGISTRIES] = &hashes,
    [KIND_MAILRC] = &hashes,
    [KIND_INI] = &both,
    [KIND_XML] = &xml,
    [KIND_TERRAFORM] = &slashes_and_hashes,
    [KIND_PYTHON] = &hashes,
    [KIND_JAVASCRIPT] = &slashes,
    [KIND_GO] = &slashes,
    [KIND_JAVA] = &slashes,
    [KIND_DOTNET] = &slashes,
    [KIND_POWERSHELL] = &powershell,
    [KIND_RUBY] = &hashes,
    [KIND_PHP] = &slashes_and_hashes,
    [KIND_PERL] = &hashes,
    [KIND_RUST] = &slashes_and_lifetimes,
    [KIND_C] = &slashes,
};

static const struct style *style_of(enum file_kind kind)
{
    return styles[kind] != NULL ? styles[kind] : &none;
}

struct cursor {
    char *at, *end;
    char quote;         /* that is open, or 0 */
    bool at_line_start; /* but for blanks */
    bool behind_blank;
};

static bool starts(const struct cursor *cursor, const char *mark)
{
    size_t length = mark != NULL ? strlen(mark) : 0;
    return length > 0 && (size_t)(cursor->end - cursor->at) >= length && memcmp(cursor->at, mark, length) == 0;
}

static bool starts_line_comment(const struct style *style, const struct cursor *cursor)
{
    char byte = *cursor->at;
    if (byte == '\0')
        return false;
    return (cursor->at_line_start && strchr(style->first, byte) != NULL) ||
           (cursor->behind_blank && strchr(style->inside, byte) != NULL) || (style->slashes && starts(cursor, "//"));
}

static void blank_line(struct cursor *cursor)
{
    while (cursor->at < cursor->end && *cursor->at != '\n')
        *cursor->at++ = ' ';
}

static void blank_block(struct cursor *cursor, const char *close)
{
    size_t length = strlen(close);
    char *last = memmem(cursor->at, (size_t)(cursor->end - cursor->at), close, length);
    char *end = last != NULL ? last + length : cursor->end;
    for (; cursor->at < end; cursor->at++)
        *cursor->at = *cursor->at == '\n' ? '\n' : ' ';
}

static void pass(const struct style *style, struct cursor *cursor)
{
    char byte = *cursor->at++;
    if (byte == '\\' && cursor->at < cursor->end && *cursor->at != '\n')
        cursor->at++;
    else if (byte == '\n' || byte == cursor->quote)
        cursor->quote = '\0';
    else if (cursor->quote == '\0' && byte != '\0' && strchr(style->quotes, byte) != NULL)
        cursor->quote = byte;
    cursor->behind_blank = byte == ' ' || byte == '\t' || byte == '\n';
    cursor->at_line_start = byte == '\n' || (cursor->at_line_start && cursor->behind_blank);
}

void comments_blank(enum file_kind kind, char *text, size_t length)
{
    const struct style *style = style_of(kind);
    struct cursor cursor = {text, text + length, '\0', true, true};
    while (style != &none && cursor.at < cursor.end) {
        if (cursor.quote == '\0' && starts(&cursor, style->open))
            blank_block(&cursor, style->close);
        else if (cursor.quote == '\0' && starts_line_comment(style, &cursor))
            blank_line(&cursor);
        else
            pass(style, &cursor);
    }
}
