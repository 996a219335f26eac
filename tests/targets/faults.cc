// faults of C++: the operand is a file that holds the name of one.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#define NOINLINE __attribute__((noinline))

static void *volatile any;

NOINLINE static void
array_free()
{
	any = new char[16];
	std::free(any);
}

NOINLINE static void
size_mistake()
{
	any = ::operator new(16);
	::operator delete(any, std::size_t(4));
}

struct shape {
	shape() { measure(); }
	virtual ~shape() {}
	NOINLINE void measure() { draw(); }
	virtual void draw() = 0;
};

struct square : shape {
	void draw() override {}
};

NOINLINE static void
pure_call()
{
	square one;

	any = &one;
}

int
main(int argc, char *argv[])
{
	FILE *file = argc == 2 ? std::fopen(argv[1], "r") : NULL;
	char name[32] = "";

	if (file == NULL || std::fscanf(file, "%31s", name) != 1)
		return 64;
	std::fclose(file);
	if (std::strcmp(name, "array_free") == 0)
		array_free();
	else if (std::strcmp(name, "size_mistake") == 0)
		size_mistake();
	else if (std::strcmp(name, "pure_call") == 0)
		pure_call();
	else
		return 64;
	return 0;
}
