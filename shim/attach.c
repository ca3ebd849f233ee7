#include "library.h"

#include "connection.h"
#include "context.h"
#include "foreign_lookups.h"
#include "handshake.h"
#include "session.h"

/* An info callback is told neither its library nor an argument, so each library gets a function of its own. */
#define INFO_CALLBACK(slot)                                                                                            \
    static void info_##slot(const SSL *ssl, int where, int value)                                                      \
    {                                                                                                                  \
        handshake_info(library_in_slot(slot), ssl, where, value);                                                      \
    }
INFO_CALLBACK(0)
INFO_CALLBACK(1)
INFO_CALLBACK(2)
INFO_CALLBACK(3)
INFO_CALLBACK(4)
INFO_CALLBACK(5)
INFO_CALLBACK(6)
INFO_CALLBACK(7)

static bool attach(struct library *library)
{
    return context_attach(library) && connection_attach(library) && session_attach(library) &&
           foreign_lookups_attach(library);
}

const struct library_attachments library_attachments = {
    .attach = attach,
    .info = {info_0, info_1, info_2, info_3, info_4, info_5, info_6, info_7},
};
