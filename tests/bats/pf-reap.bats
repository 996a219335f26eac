# pf-reap: removes what the policy says, below the directory, and nothing else.

load helper

prepare() {
	mkdir -p tree/a/b outside
	for i in 1 2 3 4; do printf '%010d' "$i" >"tree/a/f$i"; done
	printf deep >tree/a/b/deep
	echo precious >outside/precious
}

# later DURATION COMMAND…: runs it that many seconds from now.
later() {
	local now
	now=$(($(date +%s) + $1))
	shift
	PF_NOW=$now "$@"
}

left() { (cd tree && find . ! -type d | sort); }

# The summary of the event lines.
summary() {
	json '[e["type"], e["data"]["path"], e["data"]["count"], e["data"]["bytes"],
		e["data"]["kept_count"], e["data"]["kept_bytes"], e["data"]["busy_count"],
		e["data"]["failed_count"], e["data"]["dry_run"]]'
}

@test "old files go, and one line says so" {
	later 100 try 0 pf-reap --older-than 50s tree
	silent
	summary >got
	same got <<-'END'
		["reap", "tree", 5, 44, 0, 0, 0, 0, false]
	END
	json 'e["data"]["why"]' | grep -qx '5 older than 50 s'
	[ -z "$(left)" ]
	[ -d tree/a/b ]
}

@test "young files stay" {
	later 100 try 0 pf-reap --older-than 1h tree
	summary >got
	same got <<-'END'
		["reap", "tree", 0, 0, 5, 44, 0, 0, false]
	END
	[ "$(left | wc -l)" = 5 ]
}

@test "an old modification time alone is not age: it may have been unpacked today" {
	touch -d '2001-01-01' tree/a/*
	try 0 pf-reap --older-than 1h tree
	[ "$(left | wc -l)" = 5 ]
}

@test "a dry run says the same numbers and does nothing" {
	later 100 try 0 pf-reap -n --older-than 50s tree
	[ "$(left | wc -l)" = 5 ]
	json '(e["data"].pop("dry_run"), e["data"])[1]' >dry
	later 100 try 0 pf-reap --older-than 50s tree
	json '(e["data"].pop("dry_run"), e["data"])[1]' | same dry
}

@test "the oldest go until the rest fits" {
	for i in 4 3 2 1; do touch -d "2031-01-0$i" "tree/a/f$i"; done
	touch -d 2031-02-01 tree/a/b/deep
	try 0 pf-reap --max-bytes 24 tree
	left >got
	same got <<-'END'
		./a/b/deep
		./a/f3
		./a/f4
	END
}

@test "the newest stay in any case" {
	for i in 4 3 2 1; do touch -d "2031-01-0$i" "tree/a/f$i"; done
	touch -d 2031-02-01 tree/a/b/deep
	try 0 pf-reap --max-bytes 0 --keep-newest 2 tree
	left >got
	same got <<-'END'
		./a/b/deep
		./a/f4
	END
}

@test "a job that runs is skipped, told with -v and counted" {
	mkdir -p tree/job/log
	echo x >tree/job/log/old
	: >tree/job/lock
	exec 4<tree/job/lock
	flock 4
	later 100 try 0 pf-reap -v --older-than 50s tree
	says "in use: 'job' below 'tree'"
	exec 4<&-
	summary >got
	same got <<-'END'
		["reap", "tree", 5, 44, 0, 0, 1, 0, false]
	END
	[ -e tree/job/log/old ]
}

@test "an idle job loses its artifacts and keeps what makes it a job" {
	mkdir -p tree/job/log
	for f in job.json state.json lock events.jsonl log/events.jsonl; do
		echo x >tree/job/$f
	done
	later 100 try 0 pf-reap --older-than 50s tree/job
	left | grep job >got
	same got <<-'END'
		./job/events.jsonl
		./job/job.json
		./job/lock
		./job/state.json
	END
}

@test "a job cannot begin while its directory is reaped" {
	: >tree/lock
	ASAN_OPTIONS=detect_leaks=0 later 100 strace -qq -o trace \
		-e trace=flock,unlinkat -e inject=unlinkat:delay_enter=200000 \
		pf-reap --older-than 50s tree >stdout 3>&- &
	until_true 5 grep -q '^flock' trace
	try 1 flock -n tree/lock true
	wait
	[ "$(left)" = ./lock ]
	try 0 flock -n tree/lock true
}

@test "symbolic links and special files stay, and are not followed" {
	ln -s "$PWD/outside" tree/link
	ln -s "$PWD/outside/precious" tree/a/link
	mkfifo tree/fifo
	later 100 try 0 pf-reap --older-than 50s tree
	left >got
	same got <<-'END'
		./a/link
		./fifo
		./link
	END
	[ -e outside/precious ]
}

@test "an operand that is a link, a file or nothing is refused" {
	ln -s outside link
	later 100 try 66 pf-reap --older-than 50s link/ outside/precious nowhere
	same stdout </dev/null
	same stderr <<-'END'
		pf-reap: open 'link/': Not a directory
		pf-reap: open 'outside/precious': Not a directory
		pf-reap: open 'nowhere': No such file or directory
	END
	[ -e outside/precious ]
}

@test "the root, homes and what is above them are refused" {
	mkdir -p home/me
	for dir in / /.. home/me home "$(getent passwd "$(id -u)" | cut -d : -f 6)"; do
		HOME=$PWD/home/me try 64 pf-reap -n --older-than 9999d "$dir"
		says 'refused'
	done
	HOME=$PWD/home/me try 0 pf-reap -n --older-than 9999d tree
}

@test "a bad operand does not stop the others" {
	later 100 try 66 pf-reap --older-than 50s nowhere tree
	[ -z "$(left)" ]
	[ "$(wc -l <stdout)" = 1 ]
}

@test "a bind mount of the same file system is not crossed" {
	[ "$(id -u)" = 0 ] || skip "mounting needs root"
	mkdir tree/mount
	later 100 try 0 unshare -m sh -c 'mount --bind outside tree/mount &&
		pf-reap -v --older-than 50s tree'
	says "a mount point: 'mount' below 'tree'"
	[ -e outside/precious ]
	[ -z "$(left)" ]
}

@test "directories exchanged for links meanwhile: nothing outside goes" {
	mkdir -p swap/victim swap/out
	cat >attack.py <<-'END'
		import ctypes, os
		libc = ctypes.CDLL(None, use_errno=True)
		while not os.path.exists("stop"):
		    libc.renameat2(-100, b"swap/victim", -100, b"swap/link", 2)
	END
	ln -s ../outside swap/link
	for i in {1..200}; do echo x >outside/f$i; done
	python3 attack.py 3>&- &
	for round in {1..60}; do
		for i in {1..200}; do echo x >swap/victim/f$i; done 2>/dev/null
		later 100 pf-reap --older-than 50s swap >>reaped 2>/dev/null || true
		[ "$(find outside -type f | wc -l)" = 201 ]
	done
	touch stop
	wait $!
	json 'e["data"]["count"]' reaped | awk '{n += $1} END {exit !(n > 200)}'
}

@test "names with newlines, quotes and wrong bytes go like others" {
	touch tree/$'a\nb' "tree/'\"" tree/$'\xff\xfe' tree/-n
	mkdir tree/$'d\xff'
	echo x >tree/$'d\xff/f'
	later 100 try 0 pf-reap -v --older-than 50s tree
	says "removed 'f' in 'd\\xff'"
	says "removed 'a\\x0ab' in '.'"
	[ -z "$(left)" ]
}

@test "what cannot be removed is named, counted and 1" {
	[ "$(id -u)" = 0 ] || skip "chattr needs root"
	chattr +i tree/a/f1 || skip "this file system has no immutable files"
	later 100 try 1 pf-reap --older-than 50s tree
	chattr -i tree/a/f1
	same stderr <<-'END'
		pf-reap: remove 'tree/a/f1': Operation not permitted
	END
	summary >got
	same got <<-'END'
		["reap", "tree", 4, 34, 1, 10, 0, 1, false]
	END
}

@test "options are checked" {
	try 64 pf-reap tree
	says 'no policy: --older-than or --max-bytes'
	try 64 pf-reap --older-than 1h
	says 'no directory'
	try 64 pf-reap --older-than soon tree
	try 64 pf-reap --max-bytes many tree
	[ "$(left | wc -l)" = 5 ]
}

@test "an output that cannot be written is said" {
	status=0
	pf-reap --older-than 1h tree >/dev/full 2>stderr || status=$?
	[ $status = 75 ]
	says 'write standard output'
}
