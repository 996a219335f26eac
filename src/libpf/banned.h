/*
 * Forced into every compilation: names whose use is always a mistake here fail
 * to compile. Only stage.c takes the ban on renameat and renameat2 back: a
 * rename without the fsyncs around it loses files.
 */
#ifndef PF_BANNED_H
#define PF_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PF_BANNED(name) sorry_##name##_is_banned
#undef strcpy
#define strcpy PF_BANNED(strcpy)
#undef strcat
#define strcat PF_BANNED(strcat)
#undef strncpy
#define strncpy PF_BANNED(strncpy)
#undef strncat
#define strncat PF_BANNED(strncat)
#undef sprintf
#define sprintf PF_BANNED(sprintf)
#undef vsprintf
#define vsprintf PF_BANNED(vsprintf)
#undef strtok
#define strtok PF_BANNED(strtok)
#undef atoi
#define atoi PF_BANNED(atoi)
#undef atol
#define atol PF_BANNED(atol)
#undef atof
#define atof PF_BANNED(atof)
#undef system
#define system PF_BANNED(system)
#undef popen
#define popen PF_BANNED(popen)
#undef gmtime
#define gmtime PF_BANNED(gmtime)
#undef localtime
#define localtime PF_BANNED(localtime)
#undef ctime
#define ctime PF_BANNED(ctime)
#undef asctime
#define asctime PF_BANNED(asctime)
#undef rename
#define rename PF_BANNED(rename)
#undef renameat
#define renameat PF_BANNED(renameat)
#undef renameat2
#define renameat2 PF_BANNED(renameat2)

#endif
