#include "log/log.h"

#include "log/log_list.h"
#include "log/log_options.h"
#include "log/log_show.h"

int log_main(int argc, char **argv)
{
    struct log_options options;
    int status;
    if (!log_options_read(argc, argv, &options, &status))
        return status;
    return options.id != NULL ? log_show(&options) : log_list(&options);
}
