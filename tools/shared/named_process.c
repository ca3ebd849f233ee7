#include "shared/named_process.h"

#include "policy/account.h"
#include "process/interpreter.h"
#include "process/unit.h"
#include "shared/effective.h"
#include "shared/shebang.h"
#include "shared/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct named_process named_process_begin(void)
{
    const uid_t user = effective_user(getuid());
    return (struct named_process){
        .identity = {.executable = "", .script.name = "", .unit.name = "", .uid = user, .effective_uid = user}};
}

static const char *set_program(struct named_process *process, const char *path)
{
    if (*path != '/')
        return "is no absolute path of a program";
    free(process->program);
    process->program = realpath(path, NULL);
    if (process->program == NULL)
        process->program = text_format("%s", path);
    process->given_names[0] = path;
    return NULL;
}

/* By number or, as the policy finds it, by name. */
static bool find_account(const char *file, const char *text, id_t *id)
{
    if (account_number(text, id))
        return true;
    struct accounts accounts = accounts_read(file);
    bool found = accounts.text != NULL && account_id(&accounts, text, id) == ACCOUNT_FOUND;
    accounts_free(&accounts);
    return found;
}

static const char *set_user(struct named_process *process, const char *text)
{
    id_t id;
    if (!find_account("/etc/passwd", text, &id))
        return "is no user here and no user id";
    process->identity.uid = id;
    process->identity.effective_uid = id;
    return NULL;
}

/* What is of a user's own manager may be called as he likes, and is described by no name. */
static const char *set_unit(struct named_process *process, const char *name)
{
    struct arena arena = {.blocks = NULL};
    struct unit unit;
    char *groups = text_format("0::/%s\n", name);
    unit_of_groups(groups, &unit, &arena);
    bool is_unit = unit.name != NULL && strcmp(unit.name, name) == 0;
    arena_free(&arena);
    free(groups);
    process->identity.unit.name = name;
    process->identity.unit_is_certain = true;
    return is_unit ? NULL : "is no unit: write NAME.service, or another kind that processes belong to";
}

static const char *add_group(struct named_process *process, const char *text)
{
    struct process_identity *identity = &process->identity;
    id_t id;
    if (!find_account("/etc/group", text, &id))
        return "is no group here and no group id";
    if (identity->groups_known == GROUPS_UNKNOWN) {
        identity->groups_known = GROUPS_ALL;
        identity->gid = id;
        identity->effective_gid = id;
    } else if (identity->group_count < IDENTITY_GROUPS) {
        identity->groups[identity->group_count++] = id;
    } else {
        return "is one group too many";
    }
    return NULL;
}

const char *named_process_set(struct named_process *process, int option, const char *value)
{
    switch (option) {
    case NAMED_PROGRAM:
        return set_program(process, value);
    case NAMED_USER:
        return set_user(process, value);
    case NAMED_SCRIPT:
        process->script = value;
        return *value == '/' || *value == '-' ? NULL : "is neither an absolute path nor -m MODULE, -c, -e, -r or -";
    case NAMED_UNIT:
        return set_unit(process, value);
    default:
        return add_group(process, value);
    }
}

static bool read_shebang(const char *path, struct shebang *shebang)
{
    char head[512];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, head, sizeof head) : -1;
    if (file >= 0)
        close(file);
    return length > 0 && shebang_parse(head, (unsigned)length, shebang) && shebang->interpreter[0] == '/';
}

/* env(1) looks for the interpreter where the variables of a process say, which nobody knows here. */
static const char *find_interpreter(struct named_process *process)
{
    struct shebang shebang;
    if (!read_shebang(process->script, &shebang) || shebang.command[0] != '\0')
        return "does not name its interpreter by '#!PATH': name the program";
    process->program = realpath(shebang.interpreter, NULL);
    if (process->program == NULL)
        process->program = text_format("%s", shebang.interpreter);
    process->given_names[0] = process->script;
    return NULL;
}

static void end_script(struct named_process *process)
{
    struct process_identity *identity = &process->identity;
    identity->script = (struct script){.name = process->script};
    if (*process->script != '/')
        return;
    process->resolved_script = realpath(process->script, NULL);
    if (process->resolved_script != NULL && strcmp(process->resolved_script, process->script) != 0)
        identity->script.resolved = process->resolved_script;
    uid_t user = identity->uid != (uid_t)-1 ? identity->uid : getuid();
    identity->script.is_certain = script_is_certain(process->script, process->program, user, user == 0);
}

const char *named_process_end(struct named_process *process)
{
    if (process->script != NULL && process->program == NULL) {
        const char *why = find_interpreter(process);
        if (why != NULL)
            return why;
    }
    if (process->program == NULL)
        return NULL;
    bool is_interpreter = interpreter_of(process->program) != INTERPRETER_NONE;
    process->identity.executable = process->program;
    process->identity.other_names = process->given_names;
    process->identity.script.name = is_interpreter ? NULL : "";
    if (process->script != NULL && !is_interpreter)
        return "is run by a program that is no interpreter known here";
    if (process->script != NULL)
        end_script(process);
    return NULL;
}

void named_process_free(struct named_process *process)
{
    free(process->program);
    free(process->resolved_script);
    *process = (struct named_process){.program = NULL};
}
