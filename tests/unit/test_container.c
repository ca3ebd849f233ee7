/* Which container a line of the kernel's files says that the process is in. */
#include "cases.h"
#include "process/container.h"

#include <check.h>
#include <string.h>

#define ID "4b0cf7d9a2e34c35b8d3b0aa6a7a8f5d0a3c2b1e9f8d7c6b5a49382716050403"
#define OTHER "ffffffffa2e34c35b8d3b0aa6a7a8f5d0a3c2b1e9f8d7c6b5a49382716050403"

static const struct {
    const char *what, *line, *id;
} groups[] = {
    {"docker, v1", "12:devices:/docker/" ID, ID},
    {"docker with systemd, v2", "0::/system.slice/docker-" ID ".scope", ID},
    {"podman", "0::/machine.slice/libpod-" ID ".scope/container", ID},
    {"podman of a user", "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container",
     ID},
    {"what watches a container of podman's is outside of it", "0::/machine.slice/libpod-conmon-" ID ".scope", NULL},
    {"kubernetes, v1", "11:cpu:/kubepods/besteffort/pod0b21ff61-9f26-44d6-8c3c-7e9b0d1b42ac/" ID, ID},
    {"kubernetes with systemd", "0::/kubepods.slice/kubepods-pod0b21ff61_9f26.slice/cri-containerd-" ID ".scope", ID},
    {"kubernetes with CRI-O", "0::/kubepods.slice/kubepods-pod0b21ff61_9f26.slice/crio-" ID ".scope", ID},
    {"containerd without a slice", "9:pids:/system.slice/containerd.service/kubepods-pod0b21.slice:cri-containerd:" ID,
     ID},
    {"a container in a container", "1:name=systemd:/docker/" OTHER "/docker/" ID, ID},
    {"a namespace of control groups", "0::/", NULL},
    {"a service", "0::/system.slice/nginx.service", NULL},
    {"a shorter number", "0::/docker/4b0cf7d9a2e3", NULL},
    {"a longer one", "0::/docker/" ID "0", NULL},
    {"a number with other letters", "0::/docker/g" OTHER, NULL},
    {"upper case is no such id", "0::/docker/FFFFFFFFA2E34C35B8D3B0AA6A7A8F5D0A3C2B1E9F8D7C6B5A49382716050403", NULL},
    {"nothing", "", NULL},
};

static const struct {
    const char *what, *line, *id;
} mounts[] = {
    {"docker",
     "613 594 254:1 /var/lib/docker/containers/" ID "/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/vda1 rw",
     ID},
    {"docker on a file system of its own", "614 594 254:2 /containers/" ID "/hostname /etc/hostname rw - xfs /dev/b rw",
     ID},
    {"podman",
     "700 650 0:50 /containers/storage/overlay-containers/" ID "/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw", ID},
    {"containerd: the id of a pod is no container's",
     "9 8 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/" ID
     "/hostname /etc/hostname rw - ext4 /dev/a rw",
     NULL},
    {"on the host itself, where others are mounted",
     "77 25 0:60 / /var/lib/docker/containers/" ID "/mounts/shm rw - tmpfs shm rw", NULL},
    {"a mount of another place", "9 8 8:1 /var/lib/docker/containers/" ID "/x /etc/x rw - ext4 /dev/a rw", NULL},
    {"a line that ends early", "9 8 8:1 /var/lib/docker/containers/" ID "/hosts", NULL},
    {"nothing", "", NULL},
};

static void expect_id(bool found, const char *id, const char *expected, const char *what)
{
    ck_assert_msg(found == (expected != NULL), "%s: found %d", what, found);
    if (expected != NULL)
        ck_assert_msg(strcmp(id, expected) == 0, "%s: %s", what, id);
}

START_TEST(a_control_group_has_the_id_of_its_container)
{
    char id[CONTAINER_ID_SIZE];
    bool found = container_of_group(groups[_i].line, strlen(groups[_i].line), id);
    expect_id(found, id, groups[_i].id, groups[_i].what);
}
END_TEST

START_TEST(a_mount_has_the_id_of_its_container)
{
    char id[CONTAINER_ID_SIZE];
    bool found = container_of_mount(mounts[_i].line, strlen(mounts[_i].line), id);
    expect_id(found, id, mounts[_i].id, mounts[_i].what);
}
END_TEST

START_TEST(the_second_answer_is_the_first)
{
    char first[CONTAINER_ID_SIZE] = "", second[CONTAINER_ID_SIZE] = "";
    bool found = container_id(first);
    ck_assert_int_eq(container_id(second), found);
    if (found)
        ck_assert_str_eq(first, second);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    TCase *lines = tcase_create("lines");
    tcase_add_loop_test(lines, a_control_group_has_the_id_of_its_container, 0, ROWS(groups));
    tcase_add_loop_test(lines, a_mount_has_the_id_of_its_container, 0, ROWS(mounts));
    tcase_add_test(lines, the_second_answer_is_the_first);
    return run_cases("container", (TCase *const[]){lines, NULL});
}
