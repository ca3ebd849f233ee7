#include "check/lint.h"

#include "policy/config_file.h"
#include "shared/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

void lint_unread_files(const char *directory, struct findings *findings)
{
    char *drop_ins = text_format("%s/policy.d", directory);
    DIR *entries = opendir(drop_ins);
    const struct dirent *entry;
    while (entries != NULL && (entry = readdir(entries)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || config_file_is_policy_name(name))
            continue;
        char *shown = text_clean(name, strlen(name));
        char *file = text_format("%s/%s", drop_ins, shown);
        findings_add(findings,
                     (struct finding){.severity = FINDING_WARNING,
                                      .id = "file-not-read",
                                      .file = file,
                                      .message = text_format("is not read: the name of a policy file ends in .conf and "
                                                             "does not begin with a dot")});
        free(shown);
        free(file);
    }
    if (entries != NULL)
        closedir(entries);
    free(drop_ins);
}
