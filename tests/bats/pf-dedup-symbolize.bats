# pf-dedup: traces without function names, named by llvm-symbolizer.

load helper
load symbolize

@test "clang, position independent or not: as AddressSanitizer names them" {
	build clang -fPIE -pie
	as_sanitizer
	build clang -fno-pie -no-pie
	as_sanitizer
}

@test "gcc, which tells no build id, position independent or not" {
	build gcc -fPIE -pie
	as_sanitizer
	build gcc -fno-pie -no-pie
	as_sanitizer
}

@test "a shared library and the program that uses it" {
	local cc
	for cc in clang gcc; do
		$cc -g -O1 -fsanitize=address -fno-omit-frame-pointer -fPIC -shared \
			-o libfill.so lib.c
		$cc -g -O1 -fsanitize=address -fno-omit-frame-pointer -w -DADD=1 \
			-o prog prog.c -L. -lfill
		as_sanitizer
	done
}

@test "inlined functions are frames, with lines and columns" {
	build clang
	trace bare.txt 0
	try 0 pf-dedup bare.txt
	json '"\n".join("%s %s:%s:%s" % (f["function"],
	    f["file"].rpartition("/")[2], f["line"], f["column"])
	    for f in e["data"]["frames"][:4])' >frames
	same frames <<-'EOF'
	store lib.c:4:9
	fill lib.c:10:1
	reads prog.c:11:7
	main prog.c:20:11
	EOF
	json 'e["data"]["trace"]' | cmp - <(cat bare.txt; echo)
	valid stdout
}

@test "an assertion is one though only libc's frames tell it" {
	build clang
	trace told.txt 0 a b
	grep -v Assertion told.txt >bare.txt
	try 0 pf-dedup bare.txt
	json '[e["data"]["kind"], e["data"]["site"]]' >found
	same found <<<'["assertion", "reads prog.c:10"]'
	try 0 pf-dedup --no-symbolize bare.txt
	json 'e["data"]["kind"]' >found
	same found <<<abrt
}

@test "how many frames were named is explained" {
	build clang
	trace bare.txt 0
	try 0 pf-dedup --explain bare.txt
	says "  symbolized $(grep -c '^ *#' bare.txt) frames of the trace"
	trace named.txt 1
	try 0 pf-dedup --explain named.txt
	not grep symbolized stderr
}

@test "without the module, or as told, a frame is module and offset" {
	build clang
	trace bare.txt 0
	try 0 pf-dedup --no-symbolize bare.txt
	silent
	json 'e["data"]["site"]' >site
	grep -qx 'prog+0x[0-9a-f]*' site
	rm prog
	try 0 pf-dedup bare.txt
	silent
	json 'e["data"]["site"]' >missing
	same missing <site
}

@test "another build of the module is told once and not used" {
	build clang
	trace bare.txt 0
	cp bare.txt again.txt
	try 0 pf-dedup --no-symbolize bare.txt again.txt
	json 'e["data"]["site"]' >site
	ADD=2 build clang
	try 0 pf-dedup bare.txt again.txt
	same stderr <<<"pf-dedup: '$PWD/prog' is another build than the trace's: not symbolized"
	json 'e["data"]["site"]' >found
	same found <site
}

@test "a module without a build id is another build where the trace tells one" {
	build clang
	trace bare.txt 0
	build clang -Wl,--build-id=none
	try 0 pf-dedup bare.txt
	says "'$PWD/prog' is another build than the trace's"
}

@test "another node's trace is not named by a module that may be another" {
	local node
	build gcc
	trace bare.txt 0
	pf-dedup bare.txt >here
	json 'e["node"]' here >node
	for node in "$(cat node)" elsewhere; do
		/usr/bin/python3 - "$node" here <<-'EOF'
			import json, sys
			event = json.load(open(sys.argv[2]))
			event["node"] = sys.argv[1]
			data = event["data"]
			event["data"] = {k: data[k] for k in ("input", "trace")}
			print(json.dumps(event))
		EOF
	done >events
	try 0 pf-dedup <events
	json 'e["data"]["site"].split("0x")[0].split()[0]' >found
	printf '%s\n' store prog+ | same found
}

@test "a trace that has places is not told of" {
	build clang
	trace named.txt 1
	sed -i 's/ in _start / /' named.txt
	grep -q " 0x[0-9a-f]* ($PWD/prog+0x[0-9a-f]*) (BuildId" named.txt
	ADD=2 build clang
	try 0 pf-dedup named.txt
	silent
}

@test "a module that is built anew while we read is looked at again" {
	build clang
	trace first.txt 0
	mkfifo paths
	pf-dedup <paths >told 2>errors 3>&- &
	exec 4>paths
	echo first.txt >&4
	until_true 10 grep -q site told
	ADD=2 build clang
	trace second.txt 0
	printf 'first.txt\nsecond.txt\n' >&4
	exec 4>&-
	wait
	same errors <<-EOF
	pf-dedup: '$PWD/prog' is another build than the trace's: not symbolized
	EOF
	json 'e["data"]["site"].split("+")[0]' told >sites
	same sites <<-'EOF'
	store lib.c:4 < fill lib.c:10
	prog
	store lib.c:4 < fill lib.c:10
	EOF
}

# Told: 10 MB of traces of one program, and its symbolizer was asked 40,000
# times.
@test "one process a module, and each address is asked about once" {
	build clang
	trace bare.txt 0
	mkdir traces
	for i in $(seq 1000); do cp bare.txt "traces/$i.txt"; done
	counting
	try 0 pf-dedup --symbolizer ./counting --groups traces
	silent
	[ "$(json 'e["count"]')" = 1000 ]
	modules=$(grep -o '/[^ ]*+0x' bare.txt | sort -u | wc -l)
	[ "$(wc -l <started)" = "$modules" ]
	[ "$(wc -l <asked)" = \
		"$(grep '^ *#' bare.txt | grep -o '/[^ ]*+0x[0-9a-f]*' | sort -u | wc -l)" ]
}

@test "one build under two names is asked about once" {
	build clang
	trace bare.txt 0
	cp prog other
	sed "s|$PWD/prog|$PWD/other|" bare.txt >other.txt
	counting
	try 0 pf-dedup --symbolizer ./counting bare.txt
	sort asked >once
	rm asked
	try 0 pf-dedup --symbolizer ./counting --groups bare.txt other.txt
	[ "$(json 'e["count"]')" = 2 ]
	sort asked | same once
}

# in_fill FILE: the offset of that function's code.

@test "of many modules at most 16 have a process" {
	clang -shared -fPIC -g -o 1.so lib.c -Wl,--build-id=none
	for i in $(seq 2 24); do cp 1.so "$i.so"; done
	for i in $(seq 24); do bare "$(in_fill 1.so)" "$PWD/$i.so" >"$i.txt"; done
	mkdir here
	script watching <<-EOF
	cd "$PWD/here"
	find /proc -maxdepth 2 -name cwd -lname "$PWD/here" 2>/dev/null | grep -c ^ >>../alive
	exec llvm-symbolizer "\$@"
	EOF
	try 0 pf-dedup --symbolizer ./watching [0-9]*.txt
	silent
	json 'e["data"]["site"]' | sort -u >sites
	same sites <<<'fill lib.c:8'
	[ "$(wc -l <started)" = 24 ]
	# With it the shell and what counts for it.
	[ "$(sort -n alive | tail -n 1)" -le 19 ]
	[ "$(sort -n alive | tail -n 1)" -ge 16 ]
	not find /proc -maxdepth 2 -name cwd -lname "$PWD/here" -exec false {} +
}

@test "what is no code has no name" {
	clang -shared -fPIC -g -o lib.so lib.c
	bare 0x10 "$PWD/lib.so" >header.txt
	bare 0xffffffffffffffff "$PWD/lib.so" >far.txt
	try 0 pf-dedup header.txt far.txt
	silent
	json 'e["data"]["site"]' >sites
	same sites <<-'EOF'
	lib.so+0x10
	lib.so+0xffffffffffffffff
	EOF
}
