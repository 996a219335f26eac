# make install and uninstall.

load helper

run_make() {
	make -C "$pf_root" --no-print-directory build="$pf_build" "$@" \
		>log 2>&1 </dev/null || {
		tail -n 20 log
		return 1
	}
}

@test "install puts programs, pages and data below DESTDIR, uninstall takes all back" {
	run_make install DESTDIR="$PWD/root" PREFIX=/usr
	(cd root && find . -type f) >installed
	for program in "$pf_build"/bin/pf-*; do
		grep -qxF "./usr/bin/${program##*/}" installed
	done
	for program in "$pf_root"/src/pf-*; do
		name=${program##*/}
		grep -qxF "./usr/share/man/man1/$name.1" installed
	done
	grep -qxF ./usr/share/man/man5/pf-events.5 installed
	grep -qxF ./usr/share/man/man5/pf.conf.5 installed
	grep -qxF ./usr/share/pf/pf-events.schema.json installed
	[ "$(root/usr/bin/pf-run --version)" = "$(pf-run --version)" ]
	run_make uninstall DESTDIR="$PWD/root" PREFIX=/usr
	find root -type f >left
	same left </dev/null
}
