#include "scan/file_kind.h"

#include "process/base_name.h"
#include "shared/shebang.h"
#include "shared/text.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

struct name_rule {
    const char *pattern; /* fnmatch(3), of the name alone, or where it has a slash of the end of the path */
    enum file_kind kind;
};

/* The first that matches counts. */
static const struct name_rule names[] = {
    {"*.service.d/*.conf", KIND_UNIT},
    {"*.socket.d/*.conf", KIND_UNIT},
    {"systemd/system.conf", KIND_UNIT},
    {"systemd/user.conf", KIND_UNIT},
    {"systemd/system.conf.d/*.conf", KIND_UNIT},
    {"systemd/user.conf.d/*.conf", KIND_UNIT},
    {"environment.d/*.conf", KIND_ENVFILE},
    {"*.service", KIND_UNIT},
    {"*.container", KIND_UNIT},
    {"etc/environment", KIND_ENVFILE},
    {"etc/default/*", KIND_ENVFILE},
    {"etc/sysconfig/*", KIND_ENVFILE},
    {".env", KIND_ENVFILE},
    {".env.*", KIND_ENVFILE},
    {"*.env", KIND_ENVFILE},
    {".envrc", KIND_SHELL},
    {"crontab", KIND_CRON},
    {"anacrontab", KIND_CRON},
    {"cron.d/*", KIND_CRON},
    {"cron/crontabs/*", KIND_CRON},
    {"cron.hourly/*", KIND_SHELL},
    {"cron.daily/*", KIND_SHELL},
    {"cron.weekly/*", KIND_SHELL},
    {"cron.monthly/*", KIND_SHELL},
    {"Dockerfile", KIND_DOCKERFILE},
    {"Dockerfile.*", KIND_DOCKERFILE},
    {"*.Dockerfile", KIND_DOCKERFILE},
    {"*.dockerfile", KIND_DOCKERFILE},
    {"Containerfile*", KIND_DOCKERFILE},
    {"Makefile", KIND_MAKEFILE},
    {"Makefile.*", KIND_MAKEFILE},
    {"makefile", KIND_MAKEFILE},
    {"GNUmakefile", KIND_MAKEFILE},
    {"*.mk", KIND_MAKEFILE},
    {"Jenkinsfile*", KIND_JAVA},
    {".curlrc", KIND_CURLRC},
    {"_curlrc", KIND_CURLRC},
    {"curlrc", KIND_CURLRC},
    {".wgetrc", KIND_WGETRC},
    {"wgetrc", KIND_WGETRC},
    {".gitconfig", KIND_GITCONFIG},
    {"gitconfig", KIND_GITCONFIG},
    {".git/config", KIND_GITCONFIG},
    {"git/config", KIND_GITCONFIG},
    {".gitmodules", KIND_GITCONFIG},
    {".npmrc", KIND_NPMRC},
    {"npmrc", KIND_NPMRC},
    {".yarnrc", KIND_NPMRC},
    {".yarnrc.yml", KIND_YAML},
    {"pip.conf", KIND_PIPCONF},
    {"pip.ini", KIND_PIPCONF},
    {"uv.toml", KIND_PIPCONF},
    {"pyproject.toml", KIND_PIPCONF},
    {"requirements*.txt", KIND_PIPCONF},
    {".condarc", KIND_CONDARC},
    {"condarc", KIND_CONDARC},
    {".gemrc", KIND_GEMRC},
    {"gemrc", KIND_GEMRC},
    {".bundle/config", KIND_GEMRC},
    {"apt.conf", KIND_APTCONF},
    {"apt.conf.d/*", KIND_APTCONF},
    {"yum.conf", KIND_DNFCONF},
    {"dnf.conf", KIND_DNFCONF},
    {"zypp.conf", KIND_DNFCONF},
    {"*.repo", KIND_DNFCONF},
    {"ldap.conf", KIND_LDAPCONF},
    {"ldaprc", KIND_LDAPCONF},
    {".ldaprc", KIND_LDAPCONF},
    {"nslcd.conf", KIND_LDAPCONF},
    {"sssd.conf", KIND_SSSDCONF},
    {"sssd/conf.d/*.conf", KIND_SSSDCONF},
    {"my.cnf", KIND_MYCNF},
    {".my.cnf", KIND_MYCNF},
    {"mysql/*.cnf", KIND_MYCNF},
    {"*.conf.d/*.cnf", KIND_MYCNF},
    {"nginx.conf", KIND_NGINX},
    {"nginx/*.conf", KIND_NGINX},
    {"nginx/*/*", KIND_NGINX},
    {"*.nginx", KIND_NGINX},
    {"haproxy*.cfg", KIND_HAPROXY},
    {"haproxy/*.cfg", KIND_HAPROXY},
    {"apache2/*.conf", KIND_APACHE},
    {"apache2/*/*.conf", KIND_APACHE},
    {"httpd/*.conf", KIND_APACHE},
    {"httpd/*/*.conf", KIND_APACHE},
    {"httpd.conf", KIND_APACHE},
    {".htaccess", KIND_APACHE},
    {"stunnel*.conf", KIND_STUNNEL},
    {"stunnel/*.conf", KIND_STUNNEL},
    {"rsyslog.conf", KIND_RSYSLOG},
    {"rsyslog.d/*.conf", KIND_RSYSLOG},
    {"registries.conf", KIND_REGISTRIES},
    {"registries.conf.d/*.conf", KIND_REGISTRIES},
    {".msmtprc", KIND_MAILRC},
    {"msmtprc", KIND_MAILRC},
    {".muttrc", KIND_MAILRC},
    {"Muttrc", KIND_MAILRC},
    {"muttrc", KIND_MAILRC},
    {".lftprc", KIND_MAILRC},
    {"lftp.conf", KIND_MAILRC},
    {"lftp/rc", KIND_MAILRC},
    {"rclone.conf", KIND_INI},
    {".boto", KIND_INI},
    {".pg_service.conf", KIND_INI},
    {".kube/config", KIND_YAML},
    {"*.kubeconfig", KIND_YAML},
    {"kubernetes/*.conf", KIND_YAML},
    {"gcloud/properties", KIND_INI},
    {"gcloud/configurations/*", KIND_INI},
    {".profile", KIND_SHELL},
    {"profile", KIND_SHELL},
    {"bash.bashrc", KIND_SHELL},
    {".bash*", KIND_SHELL},
    {".zsh*", KIND_SHELL},
    {"zshrc", KIND_SHELL},
    {"zshenv", KIND_SHELL},
    {"profile.d/*", KIND_SHELL},
    {"*.sh", KIND_SHELL},
    {"*.bash", KIND_SHELL},
    {"*.zsh", KIND_SHELL},
    {"*.ksh", KIND_SHELL},
    {"*.yml", KIND_YAML},
    {"*.yaml", KIND_YAML},
    {"*.json", KIND_JSON},
    {"*.jsonc", KIND_JSON},
    {"*.tf", KIND_TERRAFORM},
    {"*.tfvars", KIND_TERRAFORM},
    {"*.hcl", KIND_TERRAFORM},
    {"*.nomad", KIND_TERRAFORM},
    {"*.xml", KIND_XML},
    {"*.py", KIND_PYTHON},
    {"*.pyi", KIND_PYTHON},
    {"*.js", KIND_JAVASCRIPT},
    {"*.mjs", KIND_JAVASCRIPT},
    {"*.cjs", KIND_JAVASCRIPT},
    {"*.jsx", KIND_JAVASCRIPT},
    {"*.ts", KIND_JAVASCRIPT},
    {"*.mts", KIND_JAVASCRIPT},
    {"*.cts", KIND_JAVASCRIPT},
    {"*.tsx", KIND_JAVASCRIPT},
    {"*.go", KIND_GO},
    {"*.java", KIND_JAVA},
    {"*.kt", KIND_JAVA},
    {"*.kts", KIND_JAVA},
    {"*.scala", KIND_JAVA},
    {"*.groovy", KIND_JAVA},
    {"*.gradle", KIND_JAVA},
    {"*.cs", KIND_DOTNET},
    {"*.vb", KIND_DOTNET},
    {"*.fs", KIND_DOTNET},
    {"*.ps1", KIND_POWERSHELL},
    {"*.psm1", KIND_POWERSHELL},
    {"*.rb", KIND_RUBY},
    {"Gemfile", KIND_RUBY},
    {"Rakefile", KIND_RUBY},
    {"*.php", KIND_PHP},
    {"*.inc", KIND_PHP},
    {"*.pl", KIND_PERL},
    {"*.pm", KIND_PERL},
    {"*.rs", KIND_RUST},
    {"*.c", KIND_C},
    {"*.h", KIND_C},
    {"*.cc", KIND_C},
    {"*.cpp", KIND_C},
    {"*.cxx", KIND_C},
    {"*.hpp", KIND_C},
    {"*.ini", KIND_INI},
    {"*.cfg", KIND_INI},
    {"*.conf", KIND_INI},
    {"*.cnf", KIND_MYCNF},
    {"*.toml", KIND_INI},
    {"*.properties", KIND_INI},
    {"*.md", KIND_DOCUMENT},
    {"*.markdown", KIND_DOCUMENT},
    {"*.rst", KIND_DOCUMENT},
    {"*.adoc", KIND_DOCUMENT},
    {"*.html", KIND_DOCUMENT},
    {"*.htm", KIND_DOCUMENT},
    {"*.txt", KIND_DOCUMENT},
    {"*.po", KIND_DOCUMENT},
    {"*.svg", KIND_DOCUMENT},
    {"*.[1-9]", KIND_DOCUMENT},
};

static const struct name_rule interpreters[] = {
    {"*sh", KIND_SHELL},       {"python*", KIND_PYTHON},  {"node*", KIND_JAVASCRIPT}, {"bun", KIND_JAVASCRIPT},
    {"deno", KIND_JAVASCRIPT}, {"ruby*", KIND_RUBY},      {"php*", KIND_PHP},         {"perl*", KIND_PERL},
    {"make", KIND_MAKEFILE},   {"pwsh", KIND_POWERSHELL},
};

/* The part of a path that has as many slashes as the pattern. */
static const char *end_of_path(const char *path, const char *pattern)
{
    size_t slashes = 0;
    const char *start = path + strlen(path);
    for (; *pattern != '\0'; pattern++)
        slashes += *pattern == '/';
    for (; start > path && !(start[-1] == '/' && slashes == 0); start--)
        slashes -= start[-1] == '/';
    return start;
}

/* Templates are of the kind of what is made of them. */
static const char *const template_suffixes[] = {".j2", ".tmpl", ".tpl",     ".erb",   ".template",
                                                ".in", ".dist", ".example", ".sample"};

static void cut_suffix(char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof template_suffixes / sizeof *template_suffixes; i++) {
        size_t size = strlen(template_suffixes[i]);
        if (length <= size || strcmp(path + length - size, template_suffixes[i]) != 0)
            continue;
        path[length - size] = '\0';
        return;
    }
}

static enum file_kind kind_of_plain_name(const char *path)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (fnmatch(names[i].pattern, end_of_path(path, names[i].pattern), 0) == 0)
            return names[i].kind;
    return KIND_UNKNOWN;
}

static enum file_kind kind_of_name(const char *path)
{
    char *plain = text_format("%s", path);
    cut_suffix(plain);
    enum file_kind kind = kind_of_plain_name(plain);
    free(plain);
    return kind;
}

static enum file_kind kind_of_script(const char *text, size_t length)
{
    struct shebang shebang;
    if (!shebang_parse(text, (unsigned)(length < 512 ? length : 512), &shebang))
        return KIND_UNKNOWN;
    const char *interpreter = base_name(shebang.command[0] != '\0' ? shebang.command : shebang.interpreter);
    for (size_t i = 0; i < sizeof interpreters / sizeof *interpreters; i++)
        if (fnmatch(interpreters[i].pattern, interpreter, 0) == 0)
            return interpreters[i].kind;
    return KIND_UNKNOWN;
}

enum file_kind file_kind_of(const char *path, const char *text, size_t length)
{
    enum file_kind kind = kind_of_name(path);
    return kind == KIND_UNKNOWN ? kind_of_script(text, length) : kind;
}
