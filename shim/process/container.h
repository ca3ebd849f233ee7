/*
 * The container that this process is in, as the kernel's files tell: docker, podman, containerd and CRI-O name control
 * groups and mounts by the 64 hexadecimal digits of its id. Others have names of other forms, which are not told.
 */
#ifndef TLSWARD_CONTAINER_H
#define TLSWARD_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

#define CONTAINER_ID_SIZE 65

/*
 * Copies the id; false where there is none. The files are read once in the life of the process: nothing moves into
 * another container. Takes no lock; async-signal-safe. errno may change.
 */
bool container_id(char id[static CONTAINER_ID_SIZE]);

/* The same of a line of /proc/PID/cgroup or of /proc/PID/mountinfo (proc(5)), which need not be terminated. */
bool container_of_group(const char *line, size_t length, char id[static CONTAINER_ID_SIZE]);
bool container_of_mount(const char *line, size_t length, char id[static CONTAINER_ID_SIZE]);

#endif
