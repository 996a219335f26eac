/*
 * afl-fuzz - a fuzzer that fuzzes nothing and misbehaves as it is told, for
 * the tests of pf-run. First on PATH it stands in for AFL++ 4.04c: it takes
 * that one's options and leaves the same files behind.
 *
 * FAKE holds words with a space between them, and FAKE_EACH, when it is set,
 * how many starts they are for; after those it behaves. Each start is a byte
 * in OUT/starts.
 *
 *	abort          ends as one that is configured wrong does
 *	transient      ends as one whose fork server was killed does
 *	die=SIGNAL     dies of the signal with this number
 *	leave          ends at once, with 0
 *	crashes=COUNT  leaves so many crash inputs at once, of hostile names
 *	stream         leaves a crash input each millisecond, in three ways
 *	half=MS        leaves one that takes so long to be written
 *	daemons=COUNT  leaves so many processes in sessions of their own, half
 *	               of which ignore what can be ignored
 *	flood=MIB      prints so much
 *	fill           writes testcases until the disk is full, and goes on
 *	stats=WAY      writes a "half", "empty" or "absurd" fuzzer_stats
 *	silent         does nothing at all from now on
 *	spin           uses the processor and tells nothing
 *	grow           takes 10 MiB more each 20 ms
 *	delete         removes its own directory
 *	rename         renames crashes/ while it runs
 *	stop           suspends itself
 *	deaf           ignores all that can be ignored
 *	slow=MS        takes so long to save its state when it is stopped
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *instance = "default";
static char words[4096];
static volatile sig_atomic_t asked;
static unsigned long execs, corpus, crashes;
static time_t started;

/* The value of WORD=VALUE in FAKE, "" of WORD alone; NULL when not there. */
static const char *
told(const char *word)
{
	static char value[64];
	size_t n = strlen(word);
	const char *at = words;

	for (; at != NULL && *at != '\0'; at = strchr(at, ' ')) {
		at += strspn(at, " ");
		if (strncmp(at, word, n) != 0 ||
		    (at[n] != '=' && at[n] != ' ' && at[n] != '\0'))
			continue;
		at += n + (at[n] == '=');
		snprintf(
		    value, sizeof value, "%.*s", (int)strcspn(at, " "), at);
		return value;
	}
	return NULL;
}

static unsigned long
number(const char *word)
{
	const char *value = told(word);

	return value == NULL ? 0 : strtoul(value, NULL, 10);
}

static void
nap(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static void
on_signal(int signal)
{
	(void)signal;
	asked = 1;
}

/* As the real one does with what write(2) returns: nothing. */
static void
put_file(const char *path, const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0) {
		if (errno == ENOSPC)
			return;
		printf("\n[-]  SYSTEM ERROR : Unable to create '%s'\n"
		       "    Stop location : put_file(), afl-fuzz.c:1\n"
		       "       OS message : %s\n",
		    path, strerror(errno));
		exit(1);
	}
	(void)!write(fd, bytes, n);
	close(fd);
}

static void
put_stats(void)
{
	const char *way = told("stats");
	bool absurd = way != NULL && strcmp(way, "absurd") == 0;
	time_t now = time(NULL);
	char text[2048];
	int n;

	n = snprintf(text, sizeof text,
	    "start_time        : %lld\nlast_update       : %lld\n"
	    "run_time          : %lld\nfuzzer_pid        : %d\n"
	    "cycles_done       : %s\nexecs_done        : %lu%s\n"
	    "execs_per_sec     : %s\ncorpus_count      : %lu\n"
	    "stability         : %s\nbitmap_cvg        : 46.04%%\n"
	    "saved_crashes     : %lu\nsaved_hangs       : 0\n"
	    "last_find         : %lld\nedges_found       : 64\n"
	    "total_edges       : %s\nafl_banner        : a: b : \"c\"\n"
	    "afl_version       : ++4.04c\n"
	    "command_line      : afl-fuzz -i seeds : -o out\n",
	    (long long)started, absurd ? -5LL : (long long)now,
	    (long long)(now - started), getpid(),
	    absurd ? "18446744073709551615" : "1", execs,
	    absurd ? "99999999999999999999" : "", absurd ? "-nan" : "100.25",
	    corpus, absurd ? "1e400%" : "98.44%", crashes, (long long)now,
	    absurd ? "0x7fffffff" : "139");
	if (way != NULL && strcmp(way, "half") == 0)
		n /= 2;
	if (way != NULL && strcmp(way, "empty") == 0)
		n = 0;
	put_file("fuzzer_stats", text, (size_t)n);
}

static void
put_testcase(void)
{
	char name[128], bytes[64];

	snprintf(name, sizeof name,
	    "queue/id:%06lu,src:000000,time:%lu,execs:%lu,op:havoc,rep:2",
	    corpus, corpus, execs);
	snprintf(bytes, sizeof bytes, "testcase %lu", corpus++);
	put_file(name, bytes, strlen(bytes));
}

/* What a name can be made of: all but the slash and NUL. */
static void
hostile_name(char name[256], unsigned long i)
{
	static const char *const parts[] = {"\n", "\x1b[2J", "\xff\xfe", " ",
	    "'\"`$(touch pwned)", "\\x41", "*?[", "\t", "\xc3\x28", "-rf",
	    "%s%n"};
	size_t count = sizeof parts / sizeof parts[0];
	int n = snprintf(name, 256, "id:%06lu,sig:11,%s%s", i, parts[i % count],
	    parts[i / count % count]);

	if (i % 5 == 0)
		memset(name + n, 'a' + (int)(i % 26), (size_t)(255 - n));
	name[i % 5 == 0 ? 255 : n] = '\0';
}

/* Distinct over all starts, so that each is to be told. */
static size_t
crash_content(char bytes[64], unsigned long i)
{
	return (size_t)snprintf(bytes, 64, "crash %lu of %d at %lld", i,
	    getpid(), (long long)started);
}

static void
put_crash(unsigned long i)
{
	char path[300] = "crashes/", bytes[64];
	size_t n = crash_content(bytes, i);

	hostile_name(path + 8, i);
	put_file(path, bytes, n);
	crashes++;
}

static void
put_half_and_half(unsigned long i, long ms)
{
	char path[300] = "crashes/", bytes[64];
	size_t n = crash_content(bytes, i);
	int fd;

	hostile_name(path + 8, i);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)!write(fd, bytes, n / 2);
	nap(ms);
	(void)!write(fd, bytes + n / 2, n - n / 2);
	close(fd);
	crashes++;
}

static void
put_slow_crash(unsigned long i)
{
	put_half_and_half(i, 1);
}

/* The same content under two names: a link, or found once more, later. */
static void
put_crash_twice(unsigned long i)
{
	char path[300] = "crashes/", second[64], bytes[64];
	size_t n = crash_content(bytes, i);

	put_crash(i);
	hostile_name(path + 8, i);
	snprintf(second, sizeof second, "crashes/id:9%05lu,sig:06", i);
	if (i % 2 == 0) {
		(void)!link(path, second);
		return;
	}
	nap(2);
	put_file(second, bytes, n);
}

static void
put_streamed_crash(void)
{
	static void (*const ways[])(unsigned long) = {
	    put_crash, put_slow_crash, put_crash_twice};

	ways[crashes % 3](crashes);
}

static void
make_directories(void)
{
	(void)mkdir("queue", 0700);
	(void)mkdir("crashes", 0700);
	(void)mkdir("hangs", 0700);
}

/* With its names gone, what a resume does to a directory of that second. */
static void
remove_crashes(void)
{
	DIR *dir = opendir("crashes");
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir != NULL)
		closedir(dir);
}

/* crashes/ of the run before becomes crashes.<second>, or is lost. */
static void
set_crashes_aside(void)
{
	char name[64];
	time_t now = time(NULL);

	if (rmdir("crashes") == 0 || errno == ENOENT)
		return;
	strftime(
	    name, sizeof name, "crashes.%Y-%m-%d-%H:%M:%S", localtime(&now));
	if (rename("crashes", name) == 0)
		return;
	remove_crashes();
	printf("\n[-] PROGRAM ABORT : Output directory cleanup failed\n");
	exit(1);
}

static void
take_seed(const char *seeds)
{
	DIR *dir = opendir(seeds);

	if (dir == NULL) {
		printf("\n[-]  SYSTEM ERROR : Unable to open '%s'\n", seeds);
		exit(1);
	}
	closedir(dir);
	put_testcase();
}

static void
daemon_of(unsigned long i)
{
	int signal;

	if (fork() != 0)
		return;
	setsid();
	/* Half of them have no parent that could be asked for them. */
	if (i % 2 == 0 && fork() != 0)
		_exit(0);
	for (signal = 1; i % 2 == 0 && signal < 32; signal++)
		(void)sigaction(
		    signal, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	for (;;)
		pause();
}

static void
flood(unsigned long mebibytes)
{
	static char line[65536];

	memset(line, 'x', sizeof line);
	memcpy(line, "#12 cov: 1 ft: 2 ", 17);
	/* Also lines that are longer than anyone reads, and no text at all. */
	memset(line + 40000, 0xff, 100);
	line[199] = line[39999] = '\n';
	for (mebibytes *= 16; mebibytes-- > 0;)
		(void)!write(1, line, sizeof line);
}

static void
fill(void)
{
	char bytes[4096];
	int i;

	memset(bytes, 'f', sizeof bytes);
	for (i = 0; i < 4000; i++) {
		char name[64];

		snprintf(
		    name, sizeof name, "queue/id:%06lu,src:000000", corpus++);
		put_file(name, bytes, sizeof bytes);
	}
	put_crash(crashes);
}

static void
delete_all(void)
{
	nap(1000);
	(void)!chdir("..");
	if (fork() == 0) {
		execlp("rm", "rm", "-rf", instance, (char *)NULL);
		_exit(1);
	}
	nap(200);
	put_stats();
	(void)!chdir(instance);
}

static void
rename_crashes(void)
{
	char name[64];

	put_crash(crashes);
	snprintf(name, sizeof name, "crashes.moved-%lu", crashes);
	(void)rename("crashes", name);
	(void)mkdir("crashes", 0700);
	put_crash(crashes);
}

/* Once, at the start. */
static void
misbehave(void)
{
	unsigned long i;

	for (i = 0; i < number("crashes"); i++)
		put_crash(i);
	if (told("half"))
		put_half_and_half(crashes, (long)number("half"));
	for (i = 0; i < number("daemons"); i++)
		daemon_of(i);
	if (told("flood"))
		flood(number("flood"));
	if (told("fill"))
		fill();
	if (told("rename"))
		rename_crashes();
	if (told("delete"))
		delete_all();
	if (told("stop"))
		raise(SIGSTOP);
	if (told("abort")) {
		printf("\n\x1b[1;91m[-] PROGRAM ABORT : \x1b[0mNo "
		       "instrumentation detected\n");
		exit(1);
	}
	if (told("transient")) {
		printf("\n\x1b[1;91m[-] PROGRAM ABORT : \x1b[0mUnable to "
		       "communicate with fork server (OOM?)\n");
		exit(1);
	}
	if (told("die")) {
		(void)sigaction((int)number("die"),
		    &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
		raise((int)number("die"));
	}
	if (told("leave"))
		exit(0);
	while (told("silent"))
		pause();
	while (told("spin"))
		execs++;
}

static void
grow(void)
{
	/* Or the compiler sees that nobody uses it. */
	static char *volatile more;

	more = malloc(10 << 20);
	if (more != NULL)
		memset(more, 1, 10 << 20);
	nap(20);
}

static void
work(void)
{
	unsigned long round;

	for (round = 0; !asked; round++) {
		execs += 10;
		if (told("stream"))
			put_streamed_crash();
		if (told("grow"))
			grow();
		if (round % 500 == 0) {
			printf("[*] Fuzzing test case #%lu\n", round);
			put_stats();
		}
		if (round % 500 == 250)
			put_testcase();
		nap(1);
	}
	nap((long)number("slow"));
	put_stats();
	printf("\n+++ Testing aborted by user +++\n[+] We're done here. Have a "
	       "nice day!\n");
}

static void
catch_signals(void)
{
	struct sigaction act = {.sa_handler = on_signal};
	int signal;

	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	act.sa_handler = SIG_IGN;
	for (signal = 1; told("deaf") != NULL && signal < 65; signal++)
		(void)sigaction(signal, &act, NULL);
}

/* Counts the start, and forgets what FAKE says when it was for others. */
static void
count_start(void)
{
	const char *each = getenv("FAKE_EACH"), *fake = getenv("FAKE");
	int fd = open("starts", O_WRONLY | O_CREAT | O_APPEND, 0600);
	struct stat st = {0};

	(void)!write(fd, ".", 1);
	(void)fstat(fd, &st);
	close(fd);
	if (fake != NULL &&
	    (each == NULL || st.st_size <= strtol(each, NULL, 10)))
		snprintf(words, sizeof words, "%s", fake);
}

int
main(int argc, char *argv[])
{
	const char *out = NULL, *seeds = NULL;
	int option;

	while (
	    (option = getopt(argc, argv,
		 "+a:b:B:c:CdDe:E:f:F:g:G:hi:I:l:L:m:M:nNo:Op:P:QRs:S:t:T:UV:WXx:"
		 "YZ")) != -1)
		if (option == 'i')
			seeds = optarg;
		else if (option == 'o')
			out = optarg;
		else if (option == 'M' || option == 'S')
			instance = optarg;
	if (out == NULL || seeds == NULL || optind == argc) {
		printf("afl-fuzz [ options ] -- /path/to/fuzzed_app\n");
		return 1;
	}
	/* Line by line, as far as it is not killed first. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("\x1b[1;96mafl-fuzz\x1b[1;97m++4.04c\x1b[0m based on afl\n");
	started = time(NULL);
	(void)mkdir(out, 0700);
	if (chdir(out) < 0)
		return 1;
	count_start();
	catch_signals();
	(void)mkdir(instance, 0700);
	if (chdir(instance) < 0)
		return 1;
	set_crashes_aside();
	make_directories();
	take_seed(seeds);
	put_stats();
	misbehave();
	work();
	return 0;
}
