#include "check/lint_trust.h"

#include "shared/certificate.h"
#include "shared/text.h"

#include <fcntl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Takes over `message`. */
static void add(struct findings *findings, const struct trust_use *use, enum severity severity, const char *id,
                char *message)
{
    findings_add(findings, (struct finding){.severity = severity,
                                            .id = id,
                                            .file = (char *)use->file,
                                            .line = use->line,
                                            .rule = (char *)use->rule,
                                            .text = (char *)use->source,
                                            .message = message});
}

static void add_empty(const struct trust_use *use, struct findings *findings)
{
    char *form = trust_form(use->source);
    add(findings, use, FINDING_ERROR, "trust-empty",
        form != NULL ? text_format("trust source without a certificate: %s %s", use->source, form)
                     : text_format("trust source without a certificate"));
    free(form);
}

static void add_problems(const struct trust_use *use, const struct anchors *anchors, struct findings *findings)
{
    for (size_t i = 0; i < anchors->problem_count; i++) {
        const struct anchor_problem *problem = &anchors->problems[i];
        add(findings, use, FINDING_WARNING, "trust-unusable",
            problem->position > 0
                ? text_format("%s: certificate %u: %s", problem->file, problem->position, problem->message)
                : text_format("%s: %s", problem->file, problem->message));
    }
}

/* X509_check_ca(3) is 0 for what is certain to be none. */
static void add_anchor(const struct trust_use *use, const struct anchor *anchor, time_t now, struct findings *findings)
{
    struct certificate_text text = certificate_describe(anchor->certificate);
    if (anchor_has_expired(anchor, now))
        add(findings, use, FINDING_WARNING, "trust-expired",
            text_format("%s: certificate %u: %s has expired at %s: no chain ends in it", anchor->file, anchor->position,
                        text.subject, text.not_after));
    if (X509_check_ca(anchor->certificate) == 0)
        add(findings, use, FINDING_WARNING, "trust-not-ca",
            text_format("%s: certificate %u: %s is a server's certificate and no CA: it vouches for nothing but "
                        "itself, and its successor will be refused; name the CA that issued it",
                        anchor->file, anchor->position, text.subject));
    certificate_text_free(&text);
}

/* As access by a group that is nobody's or root's own cannot be told from here, any group may be somebody's. */
static void add_writable(const struct trust_use *use, const char *path, struct findings *findings)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return;
    bool others = (status.st_mode & S_IWOTH) != 0 && (!S_ISDIR(status.st_mode) || !(status.st_mode & S_ISVTX));
    bool group = (status.st_mode & S_IWGRP) != 0 && status.st_gid != 0;
    if (others || group)
        add(findings, use, FINDING_ERROR, "trust-writable",
            text_format("%s may be written by others, as it has mode %04o: who writes it chooses whom all trust", path,
                        (unsigned)status.st_mode & 07777u));
    else if (status.st_uid != 0 && status.st_uid != geteuid())
        add(findings, use, FINDING_WARNING, "trust-owner",
            text_format("%s belongs to user %u, who chooses whom all trust", path, (unsigned)status.st_uid));
}

/* The tag of a SEQUENCE, X.690 8.9: PEM is text. */
static void add_form(const struct trust_use *use, struct findings *findings)
{
    unsigned char first = 0;
    struct stat status;
    int fd = open(use->source, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is_der =
        fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && read(fd, &first, 1) == 1 && first == 0x30;
    if (fd >= 0)
        close(fd);
    if (is_der)
        add(findings, use, FINDING_WARNING, "trust-der",
            text_format("is DER, which is read here and by few programs beside: 'openssl x509 -inform DER -in %s -out "
                        "%s.pem' makes PEM of it",
                        use->source, use->source));
}

static void add_files(const struct trust_use *use, const struct anchors *anchors, struct findings *findings)
{
    const char *last = "";
    for (size_t i = 0; i < anchors->count; i++) {
        if (strcmp(anchors->items[i].file, last) != 0)
            add_writable(use, anchors->items[i].file, findings);
        last = anchors->items[i].file;
    }
    if (*use->source == '/' && strcmp(use->source, last) != 0)
        add_writable(use, use->source, findings);
}

void lint_trust(const struct trust_use *use, const struct anchors *anchors, time_t now, struct findings *findings)
{
    if (anchors->count == 0)
        add_empty(use, findings);
    add_problems(use, anchors, findings);
    /* What a distribution ships is for it to mend. */
    for (size_t i = 0; *use->source == '/' && i < anchors->count; i++)
        add_anchor(use, &anchors->items[i], now, findings);
    add_files(use, anchors, findings);
    if (*use->source == '/' && anchors->count > 0)
        add_form(use, findings);
}
