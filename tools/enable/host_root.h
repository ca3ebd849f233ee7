/* Where enable and disable do their work. */
#ifndef TLSWARD_HOST_ROOT_H
#define TLSWARD_HOST_ROOT_H

#include "enable/enable_options.h"

#include <stdbool.h>

/*
 * With --root, makes it this process's root directory, in which no symbolic link leads out of it; what is mounted then
 * is seen by this process alone. What is made from then on can be read by everybody, whatever the umask was, and
 * children can be waited for. False with a message, also for who is not root.
 */
bool host_root_enter(const struct enable_options *options);

#endif
