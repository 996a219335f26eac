# A disk that fails to write while the file `broken` is there: ext4, mounted at
# `mnt`, on a block device that nbdkit keeps in the file `disk`. For root.

disk() {
	local tool
	PATH=$PATH:/usr/sbin:/sbin
	[ "$(id -u)" = 0 ] || skip 'mounting needs root'
	[ -c /dev/fuse ] || skip 'there is no /dev/fuse'
	for tool in nbdkit nbdfuse fusermount3 mkfs.ext4; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
	truncate -s "$1" disk
	: >nbd
	nbdfuse "$PWD/nbd" --command nbdkit -s --filter=error file disk \
		error=EIO error-pwrite-rate=1 error-file="$PWD/broken" \
		>nbd.log 2>&1 3>&- &
	nbd_pid=$!
	until_true 20 attached
	there "$nbd_pid" || skip "no device here: $(head -n 1 nbd.log)"
	mkfs.ext4 -q -b 4096 -E lazy_itable_init=0,lazy_journal_init=0 nbd
	mkdir mnt snapshot
	attach
}

there() { kill -0 "$1" 2>/dev/null; }
attached() { [ -s nbd ] || not there "$nbd_pid"; }

# The journal is written by syncs only, not by the clock.
attach() { mount -o loop,commit=600 nbd mnt || skip 'no loop mounts here'; }

# What a person does after a disk's failure.
repair() {
	umount mnt
	local got=0
	e2fsck -fy nbd >fsck.log 2>&1 || got=$?
	[ "$got" -le 2 ]
	attach
}

# after_cut COMMAND…: with `snapshot` as the disk is when the power goes now.
after_cut() {
	cp --sparse=always disk cut
	mount -o loop cut snapshot
	"$@"
	umount snapshot
}

is_mounted() { grep -qF " $BATS_TEST_TMPDIR/$1 " /proc/mounts; }

# umount does not wait for who looks at it for a moment; -l does.
detach() {
	local at
	for at in snapshot mnt nbd; do
		! is_mounted "$at" || umount -l "$at" || :
	done
}
