#include "shared/named_program.h"

#include "process/interpreter.h"
#include "shared/text.h"

#include <stdlib.h>

bool named_program_set(struct named_program *program, struct process_identity *process, const char *path)
{
    named_program_free(program);
    program->path = realpath(path, NULL);
    if (program->path == NULL)
        program->path = text_format("%s", path);
    program->given_names[0] = path;
    process->executable = program->path;
    process->other_names = program->given_names;
    process->script.name = interpreter_of(program->path) == INTERPRETER_NONE ? "" : NULL;
    return program->path[0] == '/';
}

void named_program_free(struct named_program *program)
{
    free(program->path);
    *program = (struct named_program){.path = NULL};
}
