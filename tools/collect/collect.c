#include "collect/collect.h"

#include "collect/collect_options.h"
#include "collect/collect_socket.h"
#include "collect/housekeeper.h"
#include "collect/writer.h"
#include "process/error_text.h"
#include "shared/exit_status.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* What may wait while a disk is slow: about a second of 50,000 events. */
enum { RING_SIZE = 64 << 20 };

struct collector {
    struct collect_options options;
    int directory, stop;
    pthread_mutex_t lock;
    struct collect_counts counts;
    struct receiver receiver;
    struct writer writer;
    struct housekeeper housekeeper;
};

static bool fail(const char *what, const char *why)
{
    fprintf(stderr, "tlsward collect: %s: %s\n", what, why);
    return false;
}

/* The signals that end it are read from a descriptor, which stays readable: all threads see it. */
static int stop_descriptor(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    return pthread_sigmask(SIG_BLOCK, &signals, NULL) == 0 ? signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK) : -1;
}

static bool open_places(struct collector *collector)
{
    const char *path = collector->options.directory, *why;
    collector->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (collector->directory < 0)
        return fail(path, error_text(errno));
    collector->writer.ledger = collector->receiver.ledger = ledger_open(collector->directory, &why);
    if (collector->receiver.ledger == NULL)
        return fail(path, why);
    if (!writer_start(&collector->writer, collector->directory))
        return fail(path, error_text(errno));
    return true;
}

/* The socket comes last: nothing is taken from it that cannot be kept. */
static bool prepare(struct collector *collector)
{
    collector->writer.options = collector->housekeeper.options = &collector->options;
    collector->writer.lock = collector->housekeeper.lock = &collector->lock;
    collector->writer.counts = collector->housekeeper.counts = &collector->counts;
    collector->writer.receiver = &collector->receiver;
    if (!open_places(collector))
        return false;
    collector->housekeeper.directory = collector->directory;
    collector->stop = collector->receiver.stop = collector->housekeeper.stop = stop_descriptor();
    collector->receiver.ring = ring_new(RING_SIZE);
    if (collector->stop < 0 || collector->receiver.ring == NULL)
        return fail("it cannot start", error_text(errno));
    collector->receiver.socket = collect_socket(collector->options.listen);
    return collector->receiver.socket >= 0;
}

/* This thread writes. False where something was left unwritten. */
static bool run(struct collector *collector)
{
    pthread_t receiver, housekeeper;
    if (pthread_create(&housekeeper, NULL, housekeeper_run, &collector->housekeeper) != 0 ||
        pthread_create(&receiver, NULL, receiver_run, &collector->receiver) != 0)
        return fail("it cannot start", "no thread can be had");
    bool written = writer_run(&collector->writer);
    pthread_join(receiver, NULL);
    pthread_join(housekeeper, NULL);
    housekeeper_finish(&collector->housekeeper);
    return written;
}

int collect_main(int argc, char **argv)
{
    static struct collector collector = {.lock = PTHREAD_MUTEX_INITIALIZER, .directory = -1, .stop = -1};
    int status = collect_options_read(argc, argv, &collector.options);
    if (status >= 0)
        return status;
    if (!prepare(&collector))
        return STATUS_NEGATIVE;
    bool written = run(&collector);
    writer_close(&collector.writer);
    ring_free(collector.receiver.ring);
    ledger_close(collector.receiver.ledger);
    collect_counts_free(&collector.counts);
    close(collector.receiver.socket);
    close(collector.directory);
    close(collector.stop);
    return written ? STATUS_OK : STATUS_INCOMPLETE;
}
