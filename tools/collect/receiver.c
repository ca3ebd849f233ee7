#include "collect/receiver.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* Taken by one system call; and when the end has come, so many times more, so that it comes. */
enum { BATCH = 64, LAST_BATCHES = 64 };

/*
 * Room for the sender and nothing else: descriptors that somebody sends (SCM_RIGHTS, unix(7)) find none, and the kernel
 * closes them.
 */
struct control {
    _Alignas(struct cmsghdr) char bytes[CMSG_SPACE(sizeof(struct ucred))];
};

struct batch {
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    struct control controls[BATCH];
    char data[BATCH][EVENT_MAX + 1];
};

static void prepare(struct batch *batch)
{
    for (size_t i = 0; i < BATCH; i++) {
        batch->parts[i] = (struct iovec){batch->data[i], sizeof batch->data[i]};
        batch->messages[i].msg_hdr = (struct msghdr){.msg_iov = &batch->parts[i],
                                                     .msg_iovlen = 1,
                                                     .msg_control = &batch->controls[i],
                                                     .msg_controllen = sizeof batch->controls[i]};
    }
}

/* Nobody's where the kernel does not tell, as of what was sent before it was asked to. */
static void know_sender(const struct msghdr *message, struct sender *sender)
{
    const struct cmsghdr *control = CMSG_FIRSTHDR(message);
    struct ucred credentials = {.pid = 0, .uid = (uid_t)-1};
    if (control != NULL && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_CREDENTIALS)
        memcpy(&credentials, CMSG_DATA(control), sizeof credentials);
    sender->pid = credentials.pid;
    sender->uid = credentials.uid;
}

/* False where there was nothing. */
static bool take_batch(struct receiver *receiver, struct batch *batch)
{
    prepare(batch);
    int count = recvmmsg(receiver->socket, batch->messages, BATCH, MSG_DONTWAIT, NULL);
    struct sender sender = {.pid = 0};
    if (count > 0)
        clock_gettime(CLOCK_REALTIME, &sender.time);
    for (int i = 0; i < count; i++) {
        ledger_take(receiver->ledger);
        know_sender(&batch->messages[i].msg_hdr, &sender);
        if (!ring_put(receiver->ring, &sender, batch->data[i], batch->messages[i].msg_len))
            atomic_fetch_add(&receiver->lost, 1);
    }
    return count > 0;
}

/* Until there is something, or it is to end: then false. */
static bool wait_for_some(const struct receiver *receiver)
{
    struct pollfd fds[] = {{.fd = receiver->socket, .events = POLLIN}, {.fd = receiver->stop, .events = POLLIN}};
    int count;
    do
        count = poll(fds, 2, -1);
    while (count < 0 && errno == EINTR);
    return count > 0 && fds[1].revents == 0 && (fds[0].revents & ~POLLIN) == 0;
}

void *receiver_run(void *argument)
{
    struct receiver *receiver = argument;
    static struct batch batch;
    while (wait_for_some(receiver))
        take_batch(receiver, &batch);
    for (int i = 0; i < LAST_BATCHES && take_batch(receiver, &batch); i++)
        ;
    atomic_store(&receiver->ended, true);
    ring_end_waits(receiver->ring);
    return NULL;
}
