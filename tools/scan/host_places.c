#include "scan/host_places.h"

#include "shared/text.h"

#include <errno.h>
#include <glob.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Patterns of glob(7); directories are entered. */
static const char *const system_places[] = {
    "/etc/environment",
    "/etc/environment.d",
    "/etc/default",
    "/etc/sysconfig",
    "/etc/profile",
    "/etc/profile.d",
    "/etc/bash.bashrc",
    "/etc/bashrc",
    "/etc/zsh*",
    "/etc/crontab",
    "/etc/anacrontab",
    "/etc/cron.*",
    "/var/spool/cron",
    "/etc/systemd",
    "/run/systemd/system",
    "/usr/lib/systemd/system",
    "/usr/local/lib/systemd",
    "/usr/lib/systemd/user",
    "/etc/curlrc",
    "/etc/wgetrc",
    "/etc/gitconfig",
    "/etc/npmrc",
    "/usr/etc/npmrc",
    "/etc/pip.conf",
    "/etc/xdg/pip",
    "/etc/conda/*",
    "/opt/conda/.condarc",
    "/etc/gemrc",
    "/etc/apt/apt.conf",
    "/etc/apt/apt.conf.d",
    "/etc/yum.conf",
    "/etc/dnf/dnf.conf",
    "/etc/yum.repos.d",
    "/etc/zypp",
    "/etc/ldap.conf",
    "/etc/ldap/ldap.conf",
    "/etc/openldap/ldap.conf",
    "/etc/nslcd.conf",
    "/etc/sssd",
    "/etc/my.cnf",
    "/etc/my.cnf.d",
    "/etc/mysql",
    "/etc/pg_service.conf",
    "/etc/containers",
    "/etc/docker/daemon.json",
    "/etc/nginx",
    "/etc/haproxy",
    "/etc/apache2",
    "/etc/httpd",
    "/etc/stunnel",
    "/etc/rsyslog.conf",
    "/etc/rsyslog.d",
    "/etc/ansible",
    "/etc/kubernetes",
    "/etc/telegraf",
    "/etc/filebeat",
    "/etc/metricbeat",
    "/etc/fluent-bit",
    "/etc/datadog-agent",
    "/etc/prometheus",
    "/etc/rabbitmq",
    "/etc/vault.d",
    "/etc/consul.d",
    "/etc/nomad.d",
    "/etc/msmtprc",
    "/etc/Muttrc",
    "/etc/lftp.conf",
    "/etc/boto.cfg",
};

static const char *const user_places[] = {
    "/.curlrc",
    "/.config/curlrc",
    "/.wgetrc",
    "/.gitconfig",
    "/.config/git/config",
    "/.npmrc",
    "/.yarnrc",
    "/.yarnrc.yml",
    "/.config/pip/pip.conf",
    "/.pip/pip.conf",
    "/.config/uv/uv.toml",
    "/.condarc",
    "/.config/conda",
    "/.gemrc",
    "/.bundle/config",
    "/.ldaprc",
    "/ldaprc",
    "/.my.cnf",
    "/.pg_service.conf",
    "/.kube/config",
    "/.config/containers",
    "/.docker/config.json",
    "/.ansible.cfg",
    "/.aws/config",
    "/.boto",
    "/.msmtprc",
    "/.config/msmtp/config",
    "/.muttrc",
    "/.config/mutt/muttrc",
    "/.lftprc",
    "/.config/lftp/rc",
    "/.config/rclone/rclone.conf",
    "/.config/gcloud/properties",
    "/.config/gcloud/configurations",
    "/.profile",
    "/.bash_profile",
    "/.bash_login",
    "/.bashrc",
    "/.zshrc",
    "/.zshenv",
    "/.zprofile",
    "/.config/environment.d",
    "/.config/systemd/user",
    "/.composer/composer.json",
    "/.config/composer/config.json",
};

static int note_unreadable(const char *path, int error)
{
    (void)path;
    (void)error;
    return 0;
}

static void add_pattern(struct file_list *list, const char *root, const char *home, const char *place)
{
    char *pattern = text_format("%s%s%s", root, home, place);
    glob_t found;
    if (glob(pattern, GLOB_NOSORT, note_unreadable, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            file_list_add_tree(list, found.gl_pathv[i], true);
        globfree(&found);
    }
    free(pattern);
}

static void add_home(struct file_list *list, const char *root, const char *home)
{
    char *directory = text_format("%s%s", root, home);
    bool closed = access(directory, R_OK | X_OK) != 0 && errno == EACCES;
    if (closed)
        file_list_add_unread(list, directory, EACCES);
    free(directory);
    for (size_t i = 0; !closed && i < sizeof user_places / sizeof *user_places; i++)
        add_pattern(list, root, home, user_places[i]);
}

static bool is_home(const char *directory)
{
    return *directory == '/' && directory[1] != '\0' && strcmp(directory, "/nonexistent") != 0;
}

/* The image's own passwd(5); this host's may be in a directory server. */
static void add_homes_of_image(struct file_list *list, const char *root)
{
    char *path = text_format("%s/etc/passwd", root);
    FILE *file = fopen(path, "re");
    free(path);
    for (const struct passwd *user; file != NULL && (user = fgetpwent(file)) != NULL;)
        if (is_home(user->pw_dir))
            add_home(list, root, user->pw_dir);
    if (file != NULL)
        fclose(file);
}

/* "EnvironmentFile=-/etc/default/x", systemd.exec(5). */
static void add_environment_files(struct file_list *list, const char *root, const char *unit)
{
    static const char key[] = "EnvironmentFile=";
    FILE *file = fopen(unit, "re");
    char *line = NULL;
    size_t room = 0;
    while (file != NULL && getline(&line, &room, file) > 0) {
        if (strncmp(line, key, strlen(key)) != 0)
            continue;
        char *place = line + strlen(key);
        place += *place == '-';
        place[strcspn(place, "\r\n")] = '\0';
        if (*place == '/' && strchr(place, '%') == NULL)
            add_pattern(list, root, "", place);
    }
    free(line);
    if (file != NULL)
        fclose(file);
}

static bool is_unit(const char *path)
{
    static const char service[] = ".service";
    size_t length = strlen(path);
    return strstr(path, ".service.d/") != NULL ||
           (length > strlen(service) && strcmp(path + length - strlen(service), service) == 0);
}

void host_places_add(struct file_list *list, const char *root)
{
    size_t first = list->count;
    for (size_t i = 0; i < sizeof system_places / sizeof *system_places; i++)
        add_pattern(list, root, "", system_places[i]);
    if (*root != '\0') {
        add_home(list, root, "/root");
        add_homes_of_image(list, root);
    } else {
        setpwent();
        for (const struct passwd *user; (user = getpwent()) != NULL;)
            if (is_home(user->pw_dir))
                add_home(list, root, user->pw_dir);
        endpwent();
        const char *home = getenv("HOME");
        if (home != NULL && is_home(home))
            add_home(list, root, home);
    }
    for (size_t i = first, last = list->count; i < last; i++)
        if (is_unit(list->items[i].path))
            add_environment_files(list, root, list->items[i].path);
}

static void add_programs_in(struct file_list *list, const char *directory)
{
    char *pattern = text_format("%s/*", directory);
    glob_t found;
    if (glob(pattern, GLOB_NOSORT, note_unreadable, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            struct stat status;
            char *real = realpath(found.gl_pathv[i], NULL);
            if (real != NULL && stat(real, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & S_IXUSR) != 0)
                file_list_add(list, real, 0, true);
            free(real);
        }
        globfree(&found);
    }
    free(pattern);
}

void host_places_add_programs(struct file_list *list)
{
    static const char standard[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const char *path = getenv("PATH");
    char *directories = text_format("%s:%s", standard, path != NULL ? path : "");
    char *rest = NULL;
    for (char *one = strtok_r(directories, ":", &rest); one != NULL; one = strtok_r(NULL, ":", &rest))
        if (*one == '/')
            add_programs_in(list, one);
    free(directories);
    file_list_unite(list);
}
