/* Names as the rules see them: name.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those four. */
#include <cmocka.h>
#include <string.h>

#include "libcrash/name.h"
#include "libcrash/rules.h"

static const struct {
	const char *printed, *clean;
} names[] = {
    {"parse", "parse"},
    {"ns::Class::read(int, char const*) const", "ns::Class::read"},
    {"(anonymous namespace)::helper(int)", "helper"},
    {"ns::(anonymous namespace)::helper(int)", "ns::helper"},
    {"int get_at<int>(std::vector<int, std::allocator<int> > const&)",
	"get_at"},
    {"std::function<void (int)>::operator()(int) const",
	"std::function::operator()"},
    {"a::b(int (*)(unsigned long))::$_1::operator()(int) const",
	"a::b::$_1::operator()"},
    {"bool operator< <int>(A<int> const&, A<int> const&)", "operator<"},
    {"ns::operator<(A const&, B const&)", "ns::operator<"},
    {"ns::P::operator->() const", "ns::P::operator->"},
    {"ns::operator<<(std::ostream&, A const&)", "ns::operator<<"},
    {"operator new[](unsigned long)", "operator new[]"},
    {"A::operator bool() const", "A::operator bool"},
    {"name[abi:cxx11](int)", "name"},
    {"app::via(Bug)::<lambda(int)>", "app::via"},
    {"non-virtual thunk to A::f(int)", "A::f"},
    {"<alloc::vec::Vec<T> as core::ops::Drop>::drop", "alloc::vec::Vec::drop"},
    {"f<(lambda at /a b.c:1:2)>(int)", "f"},
    /* Go, and Rust's old symbols */
    {"encoding/json.(*decodeState).array",
	"encoding/json.(*decodeState).array"},
    {"_$LT$a..Vec$LT$T$GT$$u20$as$u20$b..Drop$GT$::drop", "a::Vec::drop"},
    {"a::TryVec$LT$T$GT$::reserve", "a::TryVec::reserve"},
    {"a::b::_$u7b$$u7b$closure$u7d$$u7d$", "a::b::{}"},
    {"a$u2$LT$b", "a$u2"},
    {"", ""},
};

static void
test_last(void **state)
{
	static const struct {
		const char *name, *last;
	} cases[] = {
	    {"ns::Class::read", "read"},
	    {"encoding/json.(*decodeState).array", "json.(*decodeState).array"},
	    {"ns::operator/", "operator/"},
	    {"operator/=", "operator/="},
	    {"read", "read"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_true(span_is(
		    name_last(span_text(cases[i].name)), cases[i].last));
}

static void
test_clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct buf out = BUF_INIT;

		name_clean(&out, span_text(names[i].printed), 256);
		assert_string_equal(out.data, names[i].clean);
		buf_release(&out);
	}
}

static void
test_clean_is_bounded(void **state)
{
	struct buf long_name = BUF_INIT, out = BUF_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_add_str(&long_name, "aa::");
	name_clean(&out, (struct span){long_name.data, long_name.len}, 64);
	assert_true(out.len > 0 && out.len <= 64);
	buf_release(&long_name);
	buf_release(&out);
}

static void
test_strip(void **state)
{
	static const char *const suffixed[] = {"f.isra.0", "f.part.35", "f.cfi",
	    "f.constprop.0.isra.0", "f.cold", "f.llvm.1234567890",
	    "f::h0123456789abcdef", "f@plt", "f@@GLIBC_2.2.5"};
	struct rules *rules = rules_default();

	(void)state;
	for (size_t i = 0; i < sizeof suffixed / sizeof suffixed[0]; i++) {
		struct buf name = BUF_INIT;

		buf_add_str(&name, suffixed[i]);
		rules_strip(rules, &name, 0);
		assert_string_equal(name.data, "f");
		buf_release(&name);
	}
	rules_free(rules);
}

static bool
is_short(struct span word, const void *context)
{
	(void)context;
	return word.len > 0 && word.len < 6;
}

static void
test_words(void **state)
{
	(void)state;
	assert_true(
	    name_all_words(span_text("copyBytes_u32le"), is_short, NULL));
	assert_false(
	    name_all_words(span_text("copy_somewhere"), is_short, NULL));
	assert_false(name_all_words(span_text("_123"), is_short, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_clean),
	    cmocka_unit_test(test_last),
	    cmocka_unit_test(test_clean_is_bounded),
	    cmocka_unit_test(test_strip),
	    cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
