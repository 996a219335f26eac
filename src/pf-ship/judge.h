/* What an exit status of a receiving program says about the lines it got. */
#ifndef PF_SHIP_JUDGE_H
#define PF_SHIP_JUDGE_H

#include "destination.h"

/* By the exit codes of pf, 126 and 127 of the shell, and 255 of ssh. */
enum delivery judge_exit(int code);

#endif
