# pf-ship finds in its spool what does not belong there.

load helper
load ship

@test "damaged and foreign files go to corrupt/ and block nothing" {
	events 1 30 | try 0 ship --spool-only --batch 10
	set -- spool/new/*
	head -c 300 "$1" >t && cp t "$1"
	printf X | dd of="$2" bs=1 seek=400 conv=notrunc status=none
	: >spool/new/000000000000-n-0123456789abcdef-00000001
	echo x >spool/new/$'a\nb'
	ln -s /etc/passwd spool/new/000000000000-n-0123456789abcdef-00000002
	mkdir spool/new/dir
	mkfifo spool/new/000000000000-n-0123456789abcdef-00000003
	try 1 ship --drain --to "file://$PWD/out"
	events 21 30 | same out
	[ "$(count corrupt)$(count new)" = 70 ]
	says "moved 'a\\x0ab' to corrupt/: the name is not a batch's"
	sed 's/.*corrupt\/: //' stderr | sort | uniq -c | sed 's/^ *//' >reasons
	same reasons <<-'END'
		1 empty
		2 not a regular file
		2 the name is not a batch's
		1 the payload's hash is another
		1 truncated
	END
}

@test "left-overs of killed writers are delivered, torn lines are kept aside" {
	mkdir -p spool/tmp
	{ head -c 256 /dev/zero; events 1 3; printf '{"v":1,"id'; } \
		>spool/tmp/0123456789abcdef-00000001
	{ head -c 256 /dev/zero; events 4 5; } >spool/tmp/0123456789abcdef-00000002
	: >spool/tmp/0123456789abcdef-00000003
	echo what >spool/tmp/foreign
	try 1 ship --drain --to "file://$PWD/out"
	all_there out 5
	[ "$(count tmp)$(count new)$(count corrupt)" = 002 ]
}

@test "links, directories and fifos in tmp/ are moved away, once" {
	mkdir -p spool/tmp/dir
	mkfifo spool/tmp/fifo
	ln -s /etc/passwd spool/tmp/link
	events 1 3 | try 1 ship --to "file://$PWD/out"
	in_order out 3
	[ "$(count tmp)$(count corrupt)" = 03 ]
	try 0 ship --drain --to "file://$PWD/out"
	silent
}

@test "what cannot be moved away is left, told of, and blocks nothing" {
	events 1 30 | try 0 ship --spool-only --batch 10
	echo x >spool/new/000
	mkdir spool/new/zzz
	chmod 500 spool/corrupt
	try 77 bound_by_modes pf-ship --spool spool --drain --to "exec:cat >>'$PWD/out'"
	chmod 700 spool/corrupt
	says "move '000' to corrupt/: Permission denied"
	in_order out 30
	[ "$(ls spool/new | xargs)" = '000 zzz' ]
}

@test "a batch that cannot be read is left, told of, and blocks nothing" {
	events 1 30 | try 0 ship --spool-only --batch 10
	first=$(ls spool/new | head -n 1)
	chmod 0 "spool/new/$first"
	try 77 bound_by_modes pf-ship --spool spool --drain --to "exec:cat >>'$PWD/out'"
	says "read '$first': Permission denied: left where it is"
	events 11 30 | same out
	chmod 600 "spool/new/$first"
	try 0 ship --drain --to "exec:cat >>'$PWD/out'"
	all_there out 30
}
