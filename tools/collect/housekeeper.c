#include "collect/housekeeper.h"

#include "collect/live_file.h"
#include "events/period.h"
#include "process/error_text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TURN = 1000, TURNS_OF_METRICS = 5, NICENESS = 10 };

/* Through a descriptor of its own: the writing thread may close the one that it has. */
static void sync_live_file(const struct housekeeper *keeper)
{
    int fd = openat(keeper->directory, LIVE_FILE_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return;
    fdatasync(fd);
    close(fd);
}

static void compress(struct housekeeper *keeper)
{
    bool fails = !archive_compress(keeper->directory);
    if (fails && !keeper->compression_fails)
        fprintf(stderr, "tlsward collect: %s: a rotated file stays as it is: %s\n", keeper->options->directory,
                error_text(errno));
    keeper->compression_fails = fails;
}

static void write_metrics(struct housekeeper *keeper)
{
    if (keeper->options->metrics == NULL || keeper->metrics_fail)
        return;
    pthread_mutex_lock(keeper->lock);
    keeper->metrics_fail = !collect_counts_write(keeper->counts, keeper->options->metrics);
    pthread_mutex_unlock(keeper->lock);
}

static void bound(struct housekeeper *keeper)
{
    const struct collect_options *options = keeper->options;
    archive_bound(keeper->directory, options->keep_size, period_now() - options->keep_age, &keeper->archive);
    pthread_mutex_lock(keeper->lock);
    keeper->counts->archive = keeper->archive;
    pthread_mutex_unlock(keeper->lock);
}

void *housekeeper_run(void *argument)
{
    struct housekeeper *keeper = argument;
    struct pollfd fd = {.fd = keeper->stop, .events = POLLIN};
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* of this thread alone, setpriority(2) */
    for (unsigned turn = 0; fd.revents == 0; turn++) {
        sync_live_file(keeper);
        compress(keeper);
        bound(keeper);
        if (turn % TURNS_OF_METRICS == 0)
            write_metrics(keeper);
        poll(&fd, 1, TURN);
    }
    return NULL;
}

void housekeeper_finish(struct housekeeper *keeper)
{
    sync_live_file(keeper);
    bound(keeper);
    write_metrics(keeper);
}
