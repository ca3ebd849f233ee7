#include "evaluate/seen.h"

#include "policy/facts_text.h"
#include "process/interpreter.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A terminated copy; NULL where the event has no such member, or nothing in it. */
static const char *keep(struct seen *seen, enum member member)
{
    struct slice text = record_text(seen->record, member);
    if (text.length == 0 || text.length >= sizeof seen->text - seen->text_used)
        return NULL;
    char *copy = memcpy(seen->text + seen->text_used, text.text, text.length);
    copy[text.length] = '\0';
    seen->text_used += text.length + 1;
    return copy;
}

static uid_t read_id(const char *text)
{
    char *end;
    unsigned long number = text != NULL ? strtoul(text, &end, 10) : 0;
    return text != NULL && *end == '\0' && number < UINT32_MAX ? (uid_t)number : (uid_t)-1;
}

/* What is no interpreter has no script. */
static struct script read_script(struct seen *seen, const char *executable)
{
    const char *name = keep(seen, MEMBER_SCRIPT);
    bool has_none = executable != NULL && interpreter_of(executable) == INTERPRETER_NONE;
    return (struct script){.name = name == NULL && has_none ? "" : name,
                           .is_certain = !record_flag(seen->record, MEMBER_SCRIPT_UNCERTAIN)};
}

/* As the library does in a namespace where somebody else says who is who. */
static void forget_ids(struct process_identity *process)
{
    process->uid = process->effective_uid = (uid_t)-1;
    process->groups_known = GROUPS_UNKNOWN;
    process->unit_is_certain = false;
    process->host_name = NULL;
}

/* A library that tells the facts tells the unit, too, where there is one. */
static const char *keep_unit(struct seen *seen)
{
    const char *unit = keep(seen, MEMBER_UNIT);
    return unit == NULL && record_has(seen->record, MEMBER_FACTS) ? "" : unit;
}

/* An event tells the real ids: what the effective ones were nobody knows, but that they are others is seldom. */
static void read_process(struct seen *seen)
{
    gid_t gid = (gid_t)read_id(keep(seen, MEMBER_GROUP_ID));
    seen->process = (struct process_identity){
        .executable = keep(seen, MEMBER_EXECUTABLE),
        .groups_known = gid != (gid_t)-1 ? GROUPS_OWN : GROUPS_UNKNOWN,
        .gid = gid,
        .effective_gid = gid,
        .unit = {.name = keep_unit(seen)},
        .unit_is_certain = true,
        .host_name = keep(seen, MEMBER_HOST_NAME),
    };
    seen->process.script = read_script(seen, seen->process.executable);
    seen->process.uid = seen->process.effective_uid = seen->process.kernel_uid = read_id(keep(seen, MEMBER_USER_ID));
    if (record_flag(seen->record, MEMBER_USER_NAMESPACE))
        forget_ids(&seen->process);
}

/* Several names stand with blanks between them. */
static void read_destinations(struct seen *seen)
{
    const char *address = keep(seen, MEMBER_SERVER_IP);
    uint16_t port = (uint16_t)record_number(seen->record, MEMBER_SERVER_PORT);
    char *names = (char *)keep(seen, MEMBER_EXPECTED_NAME), *rest = NULL;
    seen->destination_count = 0;
    for (char *name = names != NULL ? strtok_r(names, " ", &rest) : NULL;
         name != NULL && seen->destination_count < PEER_LOOKUP_NAMES; name = strtok_r(NULL, " ", &rest))
        seen->destinations[seen->destination_count++] =
            (struct destination){.name = name, .address = address, .port = port};
    if (seen->destination_count == 0)
        seen->destinations[seen->destination_count++] = (struct destination){.address = address, .port = port};
}

static enum action action_of(struct event_record *record)
{
    struct slice text = record_text(record, MEMBER_ACTION);
    for (int action = ACTION_ALLOWED; action <= ACTION_BLOCKED; action++)
        if (slice_is(text, action_text((enum action)action)))
            return (enum action)action;
    return ACTION_ALLOWED;
}

static enum policy_mode mode_of(struct event_record *record)
{
    struct slice text = record_text(record, MEMBER_MODE);
    for (int mode = MODE_OFF; mode <= MODE_ENFORCE; mode++)
        if (slice_is(text, mode_text((enum policy_mode)mode)))
            return (enum policy_mode)mode;
    return MODE_ENFORCE;
}

static bool read_facts(struct seen *seen)
{
    const char *text = keep(seen, MEMBER_FACTS);
    if (text == NULL || !facts_parse(text, &seen->facts))
        return false;
    struct slice pin = record_text(seen->record, MEMBER_PUBLIC_KEY_PIN);
    if (seen->facts.public_key_pin[0] == '\0' && pin.length < sizeof seen->facts.public_key_pin && pin.length > 0) {
        memcpy(seen->facts.public_key_pin, pin.text, pin.length);
        seen->facts.public_key_pin[pin.length] = '\0';
    }
    return true;
}

static size_t count_names(struct event_record *record)
{
    size_t at = 0, count = 0;
    struct slice name;
    while (record_next_text(record, MEMBER_ALTERNATIVE_NAMES, &at, &name))
        count++;
    return count;
}

bool seen_read(struct seen *seen, struct event_record *record)
{
    if (record_kind(record) != RECORD_HANDSHAKE)
        return false;
    seen->record = record;
    seen->text_used = 0;
    read_process(seen);
    read_destinations(seen);
    seen->has_facts = read_facts(seen);
    seen->fate = record_fate(record);
    seen->action = action_of(record);
    seen->mode = mode_of(record);
    seen->rule = keep(seen, MEMBER_RULE);
    seen->anchor_file = keep(seen, MEMBER_ANCHOR_FILE);
    seen->anchor_is_policys = slice_is(record_text(record, MEMBER_ANCHOR_SOURCE), "policy");
    seen->names_are_cut = record_number(record, MEMBER_ALTERNATIVE_NAMES_COUNT) > count_names(record);
    return true;
}

bool seen_lists_name(struct seen *seen, const char *name)
{
    size_t at = 0;
    struct slice listed;
    while (record_next_text(seen->record, MEMBER_ALTERNATIVE_NAMES, &at, &listed))
        if (listed.length == strlen(name) && strncasecmp(listed.text, name, listed.length) == 0)
            return true;
    return false;
}
