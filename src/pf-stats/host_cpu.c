/* The arithmetic of /proc/stat and /proc/loadavg. */
#include "host_cpu.h"

#include "host_text.h"

bool
cpu_parse(const char *stat, struct cpu_times *t)
{
	const char *at = stat;
	int i;

	if (strncmp(at, "cpu ", 4) != 0)
		return false;
	*t = (struct cpu_times){0};
	at += 3;
	for (i = 0; i < CPU_FIELDS; i++) {
		at += strspn(at, " ");
		if (!text_number(&at, &t->ticks[i]))
			break;
	}
	return i > CPU_IDLE && (*at == ' ' || *at == '\n' || *at == '\0');
}

bool
cpu_ratio(const struct cpu_times *before, const struct cpu_times *after,
    double *ratio)
{
	double busy = 0, idle = 0;
	int i;

	for (i = 0; i < CPU_FIELDS; i++) {
		uint64_t from = before->ticks[i], to = after->ticks[i];
		double passed = to > from ? (double)(to - from) : 0;

		if (i == CPU_IDLE || i == CPU_IOWAIT)
			idle += passed;
		else
			busy += passed;
	}
	if (busy + idle <= 0)
		return false;
	*ratio = busy / (busy + idle);
	return true;
}

bool
load_parse(const char *loadavg, double *load1)
{
	const char *at = loadavg;
	uint64_t whole, hundredths = 0;

	if (!text_number(&at, &whole) || at[0] != '.')
		return false;
	at++;
	if (!text_number(&at, &hundredths) || at - loadavg < 4 ||
	    hundredths > 99 || at[-3] != '.' || (*at != ' ' && *at != '\n'))
		return false;
	*load1 = (double)whole + (double)hundredths / 100;
	return true;
}
