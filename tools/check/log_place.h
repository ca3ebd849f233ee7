/*
 * Where events go, asked without sending one: no file is opened, and a datagram socket is connected to, no more.
 */
#ifndef TLSWARD_LOG_PLACE_H
#define TLSWARD_LOG_PLACE_H

struct log_place {
    char *leads_to; /* for people: a path, or what stands for it; NULL where nothing is reached */
    char *problem;  /* why a process of this user delivers nothing there now, or NULL */
};

/* `log` as settings.log names it. */
struct log_place log_place(const char *log);

void log_place_free(struct log_place *place);

#endif
