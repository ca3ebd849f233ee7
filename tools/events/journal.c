#include "events/journal.h"

#include "events/journal_access.h"
#include "process/error_text.h"
#include "shared/text.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* From <systemd/sd-journal.h> and sd_journal_open(3), whose ABI is stable: no header is needed where this is built. */
typedef struct sd_journal sd_journal;
enum { LOCAL_ONLY = 1 << 0 };

static struct {
    int (*open)(sd_journal **journal, int flags);
    int (*open_directory)(sd_journal **journal, const char *path, int flags);
    void (*close)(sd_journal *journal);
    int (*set_data_threshold)(sd_journal *journal, size_t size);
    int (*add_match)(sd_journal *journal, const void *data, size_t size);
    int (*seek_head)(sd_journal *journal);
    int (*seek_realtime_usec)(sd_journal *journal, uint64_t usec);
    int (*next)(sd_journal *journal);
    int (*get_data)(sd_journal *journal, const char *field, const void **data, size_t *length);
    int (*wait)(sd_journal *journal, uint64_t timeout_usec);
} systemd;

struct journal {
    sd_journal *handle;
};

static bool find(void *library, const char *name, void *function)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static bool load(void)
{
    void *library = dlopen("libsystemd.so.0", RTLD_NOW);
    return library != NULL && find(library, "sd_journal_open", &systemd.open) &&
           find(library, "sd_journal_open_directory", &systemd.open_directory) &&
           find(library, "sd_journal_close", &systemd.close) &&
           find(library, "sd_journal_set_data_threshold", &systemd.set_data_threshold) &&
           find(library, "sd_journal_add_match", &systemd.add_match) &&
           find(library, "sd_journal_seek_head", &systemd.seek_head) &&
           find(library, "sd_journal_seek_realtime_usec", &systemd.seek_realtime_usec) &&
           find(library, "sd_journal_next", &systemd.next) && find(library, "sd_journal_get_data", &systemd.get_data) &&
           find(library, "sd_journal_wait", &systemd.wait);
}

/* Those that the library sent, in whole. A match that cannot be made would let in what is not ours. */
static int prepare(sd_journal *handle, int64_t since)
{
    static const char ours[] = "SYSLOG_IDENTIFIER=tlsward";
    int status = systemd.add_match(handle, ours, sizeof ours - 1);
    if (status >= 0)
        status = systemd.set_data_threshold(handle, 0);
    if (status >= 0)
        status = since > 0 ? systemd.seek_realtime_usec(handle, (uint64_t)since * 1000) : systemd.seek_head(handle);
    return status;
}

struct journal *journal_open(const char *directory, int64_t since, char **problem)
{
    sd_journal *handle = NULL;
    if (!load()) {
        *problem = text_format("it needs libsystemd.so.0, which is not there; name a file, or pipe journalctl's output "
                               "into '-': journalctl -t tlsward -o cat | tlsward ... -");
        return NULL;
    }
    int status = directory != NULL ? systemd.open_directory(&handle, directory, 0) : systemd.open(&handle, LOCAL_ONLY);
    if (status >= 0)
        status = journal_is_closed(directory) ? -EACCES : prepare(handle, since);
    if (status < 0) {
        *problem = text_format("%s", error_text(-status));
        systemd.close(handle);
        return NULL;
    }
    struct journal *journal = text_grow(NULL, 1, sizeof *journal);
    journal->handle = handle;
    return journal;
}

int journal_next(struct journal *journal, const char **line, size_t *length, char **problem)
{
    static const char prefix[] = "MESSAGE=";
    const void *data;
    for (;;) {
        int status = systemd.next(journal->handle);
        if (status == 0)
            return 0;
        if (status < 0) {
            *problem = text_format("%s", error_text(-status));
            return -1;
        }
        status = systemd.get_data(journal->handle, "MESSAGE", &data, length);
        if (status >= 0) {
            *line = (const char *)data + sizeof prefix - 1;
            *length -= sizeof prefix - 1;
            return 1;
        } /* else an entry without a message, or a damaged one: the others go on */
    }
}

void journal_wait(struct journal *journal, unsigned milliseconds)
{
    systemd.wait(journal->handle, (uint64_t)milliseconds * 1000);
}

void journal_close(struct journal *journal)
{
    systemd.close(journal->handle);
    free(journal);
}
