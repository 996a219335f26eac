/* The result of a minimizer, looked at. */
#include "minimized.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>

#include "artifact.h"
#include "below.h"
#include "emit.h"
#include "mem.h"
#include "msg.h"
#include "stage.h"

#define FILE_NAME "minimized.json"
#define FILE_MAX (1 << 20)

static int
open_dir(const struct job *job, const char *path)
{
	return below_open(job->fd, path, O_RDONLY | O_DIRECTORY, true);
}

/* A name that is not in `from` must be its content's, as libFuzzer has it. */
static const char *
check_named_by_content(int to_fd, const char *name, bool sha1_names)
{
	struct artifact a;
	int status = artifact_open(&a, to_fd, name);
	const char *why = NULL;

	if (status < 0)
		return "its result cannot be read";
	errno = 0;
	if (status == 0 || !sha1_names || strlen(name) != 40)
		why = "its result holds what the corpus does not";
	else if (artifact_read(&a, name, true) < 0)
		why = "its result cannot be read";
	else if (a.state != ARTIFACT_WHOLE)
		why = "its result is not whole; the disk may be full";
	artifact_close(&a);
	return why;
}

static const char *
check_file(int from_fd, int to_fd, const char *name, bool sha1_names)
{
	struct stat was, is;

	if (fstatat(to_fd, name, &is, AT_SYMLINK_NOFOLLOW) < 0)
		return "its result cannot be read";
	if (fstatat(from_fd, name, &was, AT_SYMLINK_NOFOLLOW) < 0)
		return check_named_by_content(to_fd, name, sha1_names);
	errno = 0;
	return S_ISREG(is.st_mode) && is.st_size == was.st_size
	    ? NULL
	    : "its result is not whole; the disk may be full";
}

/* Each file of `dir_fd`, as long as `each` returns NULL; what it returns. */
static const char *
each_file(int dir_fd, const char *(*each)(void *context, const char *name),
    void *context)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const char *why = NULL;
	struct dirent *entry;

	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return "its result cannot be read";
	}
	while (why == NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			why = each(context, entry->d_name);
	closedir(dir);
	return why;
}

struct check {
	int from_fd, to_fd;
	bool sha1_names;
	uint64_t files;
};

static const char *
check_each(void *context, const char *name)
{
	struct check *c = context;

	c->files++;
	return check_file(c->from_fd, c->to_fd, name, c->sha1_names);
}

const char *
minimized_check(const struct job *job, const char *from, const char *to)
{
	struct check c = {
	    open_dir(job, from), open_dir(job, to), job->engine->sha1_names, 0};
	const char *why = "its result cannot be read";

	if (c.from_fd >= 0 && c.to_fd >= 0) {
		why = each_file(c.to_fd, check_each, &c);
		if (why == NULL && c.files == 0) {
			errno = 0;
			why = "it left nothing";
		}
	}
	if (c.from_fd >= 0)
		close(c.from_fd);
	if (c.to_fd >= 0)
		close(c.to_fd);
	return why;
}

struct sum {
	int fd;
	struct minimize_size size;
};

static const char *
add_each(void *context, const char *name)
{
	struct sum *sum = context;
	struct stat st;

	if (fstatat(sum->fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		sum->size.count++;
		sum->size.bytes += (uint64_t)st.st_size;
	}
	return NULL;
}

int
minimized_complete(const struct job *job, const char *from, const char *to,
    struct minimize_size *size)
{
	int from_fd = open_dir(job, from), to_fd = open_dir(job, to);
	struct sum sum = {.fd = to_fd};
	int status = from_fd < 0 || to_fd < 0 ? -1 : 0, saved;

	if (status == 0 && job->engine->minimized != NULL)
		status = job->engine->minimized(from_fd, to_fd);
	if (status == 0 && each_file(to_fd, add_each, &sum) != NULL)
		status = -1;
	*size = sum.size;
	saved = errno;
	if (from_fd >= 0)
		close(from_fd);
	if (to_fd >= 0)
		close(to_fd);
	errno = saved;
	return status;
}

void
minimized_load(
    const struct job *job, unsigned index, struct minimize_size *left)
{
	char *instance = job->engine->instance(&job->run, index);
	struct buf text = BUF_INIT;
	json_t *root = NULL, *row;

	if (buf_read_file(&text, job->fd, FILE_NAME, FILE_MAX) == 0)
		root = json_loadb(text.data, text.len, 0, NULL);
	row = json_object_get(root, instance);
	*left = (struct minimize_size){
	    (uint64_t)json_integer_value(json_object_get(row, "count")),
	    (uint64_t)json_integer_value(json_object_get(row, "bytes"))};
	json_decref(root);
	buf_release(&text);
	free(instance);
}

void
minimized_save(
    const struct job *job, const struct minimize_size *left, unsigned count)
{
	struct buf text = BUF_INIT;
	struct emit e;
	unsigned i;

	emit_begin(&e, &text);
	emit_object(&e, NULL);
	for (i = 0; i < count; i++) {
		char *instance = job->engine->instance(&job->run, i);

		if (left[i].count > 0) {
			emit_object(&e, instance);
			emit_u64(&e, "count", left[i].count);
			emit_u64(&e, "bytes", left[i].bytes);
			emit_end(&e);
		}
		free(instance);
	}
	emit_end(&e);
	buf_add_char(&text, '\n');
	if (stage_write(job->fd, FILE_NAME, text.data, text.len) < 0)
		msg_warn("write %s", FILE_NAME);
	buf_release(&text);
}
