#include "run/preload.h"

#include "preload/preload_file.h"
#include "preload/preload_text.h"
#include "shared/child_signal.h"
#include "shared/text.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIBRARY_NAME PRELOAD_LIBRARY
#define SEPARATORS PRELOAD_SEPARATORS

/* A constructor that hangs must not hang the command. */
#define LOAD_SECONDS 10

bool preload_is_ours(const char *path)
{
    return preload_entry_is_ours(&(struct preload_entry){path, strlen(path)});
}

static _Noreturn void load_in_child(const char *path, int report)
{
    const char *message = NULL;
    alarm(LOAD_SECONDS);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        message = dlerror();
    else if (dlsym(handle, "SSL_CTX_new") == NULL)
        message = "it exports no SSL_CTX_new, so it is not libtlsward.so";
    if (message != NULL)
        (void)!write(report, message, strlen(message));
    _exit(message != NULL);
}

/* Loads the library in a child: a broken one must not take this process along. Returns NULL or what went wrong. */
static char *load_error(const char *path)
{
    int ends[2];
    if (pipe(ends) != 0)
        return text_format("%s", strerror(errno));
    pid_t child = fork();
    if (child == 0)
        load_in_child(path, ends[1]);
    close(ends[1]);
    char message[1024];
    ssize_t length = child > 0 ? read(ends[0], message, sizeof message) : -1;
    close(ends[0]);
    int status = 0;
    if (child < 0 || !child_signal_wait(child, &status))
        return text_format("%s", strerror(errno));
    if (WIFSIGNALED(status))
        return text_format("loading it ends in %s", strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) == 0)
        return NULL;
    return length > 0 ? text_clean(message, (size_t)length) : text_format("loading it ends the process");
}

static char *find_installed(char **why)
{
    char directory[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", directory, sizeof directory - 1);
    directory[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(directory, '/');
    if (slash != NULL)
        *slash = '\0';
    char *places[] = {text_format("%s/" LIBRARY_NAME, directory), text_format("%s/../lib/" LIBRARY_NAME, directory),
                      text_format(TLSWARD_LIBDIR "/" LIBRARY_NAME)};
    char *path = NULL;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        path = path != NULL ? path : realpath(places[i], NULL);
        free(places[i]);
    }
    if (path == NULL)
        *why = text_format(LIBRARY_NAME " is not in %s, in %s/../lib or in " TLSWARD_LIBDIR
                                        "; TLSWARD_LIBRARY can name it",
                           directory, directory);
    return path;
}

char *preload_find(char **why)
{
    const char *named = getenv("TLSWARD_LIBRARY");
    char *path = named != NULL ? realpath(named, NULL) : find_installed(why);
    if (path == NULL) {
        if (named != NULL)
            *why = text_format("TLSWARD_LIBRARY=%s: %s", named, strerror(errno));
        return NULL;
    }
    char *error = strpbrk(path, SEPARATORS) == NULL
                      ? load_error(path)
                      : text_format("LD_PRELOAD cannot name a path with a colon or a blank");
    if (error == NULL)
        return path;
    *why = text_format("%s: %s", path, error);
    free(error);
    free(path);
    return NULL;
}

bool preload_is_systemwide(void)
{
    struct preload_file file;
    bool found = false;
    if (preload_file_read(&file) == 0) {
        size_t at = 0;
        for (struct preload_entry entry; !found && preload_text_next(file.text, file.length, &at, &entry);)
            found = preload_entry_is_ours(&entry);
    }
    preload_file_free(&file);
    return found;
}

char *preload_list(const char *library, const char *current)
{
    char *preload = text_format("%s", library);
    for (const char *next = current; next != NULL && *next != '\0';) {
        size_t length = strcspn(next, SEPARATORS);
        if (length > 0 && !preload_entry_is_ours(&(struct preload_entry){next, length})) {
            char *longer = text_format("%s:%.*s", preload, (int)length, next);
            free(preload);
            preload = longer;
        }
        next += length + strspn(next + length, SEPARATORS);
    }
    return preload;
}
