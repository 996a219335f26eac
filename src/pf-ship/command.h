/* What a command's end says about the lines it was given. */
#ifndef PF_SHIP_COMMAND_H
#define PF_SHIP_COMMAND_H

#include <stdbool.h>

#include "destination.h"

/*
 * By the exit codes of pf (and 255 of ssh, 126 and 127 of the shell);
 * `read_all` says that no byte was left in its standard input. The reason is
 * appended to *why unless all is well.
 */
enum delivery command_judge(int wait_status, bool read_all, struct buf *why);

#endif
