#include "policy/enforce_share.h"

#include "process/fnv.h"

static uint64_t add_text(uint64_t sum, const char *text)
{
    for (; *text != '\0'; text++)
        sum = fnv_add(sum, (unsigned char)*text);
    return sum;
}

/* FNV alone leaves what differs in its last bytes close together. */
static uint64_t mix(uint64_t sum)
{
    sum = (sum ^ sum >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    sum = (sum ^ sum >> 27) * UINT64_C(0x94d049bb133111eb);
    return sum ^ sum >> 31;
}

int enforce_share_number(const struct process_identity *process)
{
    enum { PARTS = 100 };
    if (process->host_name == NULL || process->executable == NULL)
        return SHARE_UNKNOWN;
    uint64_t sum = fnv_add(add_text(FNV_SEED, process->host_name), 0);
    return (int)(mix(add_text(sum, process->executable)) % PARTS);
}

void enforce_share_choose(struct settings *settings, int number)
{
    if (settings->mode != MODE_ENFORCE || settings->enforce_percent >= 100)
        return;
    bool enforces = settings->enforce_percent > 0 && number < settings->enforce_percent;
    settings->enforce_side = enforces ? SIDE_ENFORCED : SIDE_AUDITED;
    if (!enforces)
        settings->mode = MODE_AUDIT;
}

const char *enforce_side_text(enum enforce_side side)
{
    static const char text[][16] = {"none", "enforced", "audited"};
    return text[side];
}
