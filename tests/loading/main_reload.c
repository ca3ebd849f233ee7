/* main_reload PLUGIN...: opens each in turn under one name, calls it and closes it, as a program that is updated. */
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static const char name[] = "./current.so";

static int run(const char *plugin)
{
    int (*function)(void) = NULL;
    unlink(name);
    if (symlink(plugin, name) != 0)
        return 1;
    void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (handle != NULL)
        *(void **)&function = dlsym(handle, "reloaded_run");
    if (function == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    function();
    dlclose(handle);
    printf("closed\n");
    return 0;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++)
        if (run(argv[i]) != 0)
            return 1;
    return 0;
}
