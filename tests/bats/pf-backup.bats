# pf-backup: what was stored comes back the same, or it is said what does not.

load helper

export PF_NOW=2026-11-21T02:00:00.000Z
base=snap-20261121T020000.000Z

prepare() {
	mkdir -p src/queue/sub src/nothing out
	printf seed >'src/queue/id:000000,orig:a b,c'
	printf x >src/$'new\nline'
	printf y >src/$'\xff\xfe'
	printf z >'src/ü\x'
	: >src/zero
	seq 20000 >src/queue/sub/large
	ln -s ../out/no src/link
	chmod 600 src/zero
	touch -d 2001-02-03T04:05:06.789Z src/queue/sub/large src/nothing
}

# Everything about a tree but its own time and what is below the millisecond.
describe() {
	(cd "$1" && find . -mindepth 1 -printf '%p|%y|%m|%l|%T@\n' |
		sed 's/\(\.[0-9]\{3\}\)[0-9]*$/\1/' | sort)
	(cd "$1" && find . -type f -exec md5sum {} + | sort)
}

@test "what is stored is restored: names, contents, modes, times, links" {
	try 0 pf-backup create -o out snap src
	silent
	json '[e["type"], e["data"]["action"], e["data"]["archive"], e["data"]["count"]]' >got
	same got <<-END
		["backup", "create", "$base.tar.zst", 6]
	END
	try 0 pf-backup verify out/$base.tar.zst
	silent
	try 0 pf-backup restore out/$base.tar.zst new
	silent
	describe src >want
	describe new | same want
}

@test "tar and zstd read it, and zstd's checksum is there" {
	try 0 pf-backup create -o out snap src
	zstd -lv out/$base.tar.zst | grep -q 'Check: XXH64'
	mkdir tar
	zstd -qdc out/$base.tar.zst | tar xf - -C tar 2>/dev/null
	diff -r --no-dereference src tar
}

@test "300 flipped bits are noticed 300 times" {
	rm src/queue/sub/large
	try 0 pf-backup create -o out snap src
	cat >flip.py <<-'END'
		import random, subprocess, sys
		files = sys.argv[1:]
		data = {f: open(f, "rb").read() for f in files}
		total = sum(map(len, data.values())) * 8
		random.seed(1)
		for bit in random.sample(range(total), 300):
		    for f in files:
		        if bit < len(data[f]) * 8:
		            break
		        bit -= len(data[f]) * 8
		    bad = bytearray(data[f])
		    bad[bit // 8] ^= 1 << bit % 8
		    open(f, "wb").write(bad)
		    print(subprocess.run(["pf-backup", "verify", f], capture_output=True).returncode)
		    open(f, "wb").write(data[f])
	END
	python3 flip.py out/$base.tar.zst out/$base.json >codes
	sort codes | uniq -c | sed 's/^ *//' >got
	same got <<-'END'
		300 65
	END
	try 0 pf-backup verify out/$base.json
}

@test "a truncated archive: what is missing is named, what is whole is restored" {
	head -c 300000 /dev/urandom >src/queue/sub/large
	try 0 pf-backup create -o out snap src
	head -c 200000 out/$base.tar.zst >t && mv t out/$base.tar.zst
	try 65 pf-backup restore out/$base.json new
	says "'queue/sub/large': it is truncated"
	says "'zero': missing"
	says "'$base.tar.zst': it is truncated"
	says 'the restore is not complete: 4 of 10 are missing or damaged'
	cmp 'src/queue/id:000000,orig:a b,c' 'new/queue/id:000000,orig:a b,c'
	[ ! -e new/queue/sub/large ]
	[ ! -e new/zero ]
}

@test "another archive under the manifest's name is noticed" {
	try 0 pf-backup create -o out snap src
	echo more >>src/zero
	PF_NOW=2026-11-22T00:00:00.000Z try 0 pf-backup create -o out snap src
	cp out/snap-20261122T000000.000Z.tar.zst out/$base.tar.zst
	try 65 pf-backup verify out/$base.json
	says "'zero': another size"
}

@test "nothing to store and could not look are not the same" {
	mkdir void
	try 1 pf-backup create -o out snap void
	same stderr <<-'END'
		pf-backup: nothing to store in 'void'
	END
	try 66 pf-backup create -o out snap nowhere
	same stderr <<-'END'
		pf-backup: open 'nowhere': No such file or directory
	END
	try 66 pf-backup create -o out snap src/zero
	[ -z "$(ls -A out)" ]
}

@test "a file that changes while it is read is named, and the manifest is true" {
	head -c 30000000 /dev/urandom >src/queue/sub/large
	(while [ ! -e stop ]; do echo x >>src/queue/sub/large; done) 3>&- &
	try 1 pf-backup create -l 1 -o out snap src || { touch stop; false; }
	touch stop
	wait
	same stderr <<-'END'
		pf-backup: 'queue/sub/large': changed while it was read
	END
	try 1 pf-backup verify out/$base.json
	same stderr <<-'END'
		pf-backup: 'queue/sub/large': had changed while it was stored
		pf-backup: 1 files were not well stored when the snapshot was made
	END
}

@test "files that shrink, vanish or cannot be read do not spoil the rest" {
	for inject in 'read:retval=0' 'read:error=EIO'; do
		rm -rf out/* new
		ASAN_OPTIONS=detect_leaks=0 try 1 strace -qq -o trace \
			-P src/queue/sub/large -e inject="$inject" pf-backup create -o out snap src
		says "'queue/sub/large': changed while it was read"
		try 1 pf-backup restore out/$base.json new
		cmp src/$'new\nline' new/$'new\nline'
	done
}

@test "special files are named and left out" {
	mkfifo src/fifo
	try 1 pf-backup create -o out snap src
	same stderr <<-'END'
		pf-backup: 'fifo': not a file, directory or link: not stored
	END
}

@test "links are stored as links and never followed" {
	echo secret >secret
	ln -s "$PWD" src/up
	try 0 pf-backup create -o out snap src
	zstd -dc out/$base.tar.zst | grep -c secret | grep -qx 0
	try 0 pf-backup restore out/$base.json new
	[ "$(readlink new/up)" = "$PWD" ]
}

@test "restoring needs an empty or no directory" {
	try 0 pf-backup create -o out snap src
	mkdir full
	echo mine >full/zero
	try 73 pf-backup restore out/$base.json full
	same stderr <<-'END'
		pf-backup: 'full' is not empty
	END
	grep -qx mine full/zero
	mkdir empty
	try 0 pf-backup restore out/$base.json empty
	diff -r --no-dereference src empty
}

# forge PATH TARGET: a snapshot whose archive and manifest agree on a link PATH
# to TARGET and a file PATH/x, made by editing a real one.
forge() {
	python3 - "$1" "$2" <<-'END'
		import io, json, subprocess, sys, tarfile
		base = "out/snap-20261121T020000.000Z"
		h = lambda b: subprocess.run(["xxh128sum", "-"], input=b, capture_output=True).stdout[:32].decode()
		path, target = sys.argv[1:]
		tar = io.BytesIO()
		t = tarfile.open(fileobj=tar, mode="w")
		entries = []
		def add(name, kind, data=b"", link=""):
		    i = tarfile.TarInfo(name)
		    i.type = kind; i.linkname = link; i.size = len(data); i.mtime = 1; i.mode = 0o644
		    t.addfile(i, io.BytesIO(data))
		    e = {"path": name, "mode": "0644", "mtime": "1970-01-01T00:00:01.000Z"}
		    if link: e.update(type="link", target=link)
		    else: e.update(type="file", bytes=len(data), xxh128=h(data))
		    entries.append(e)
		if target: add(path, tarfile.SYMTYPE, link=target)
		add(path + "/x" if target else path, tarfile.REGTYPE, b"evil")
		t.close()
		z = subprocess.run(["zstd", "-c"], input=tar.getvalue(), capture_output=True).stdout
		open(base + ".tar.zst", "wb").write(z)
		m = json.load(open(base + ".json")); del m["xxh128"]
		m.update(archive_bytes=len(z), archive_xxh128=h(z), entries=entries)
		b = json.dumps(m)[:-1].encode()
		open(base + ".json", "wb").write(b + b',"xxh128":"' + h(b).encode() + b'"}\n')
	END
}

@test "a forged snapshot cannot write outside" {
	try 0 pf-backup create -o out snap src
	mkdir victim
	for path in ../victim/x "$PWD/victim/x" a/../../victim/x; do
		forge "$path" ''
		try 0 pf-backup verify out/$base.json
		rm -rf new
		pf-backup restore out/$base.json new >/dev/null 2>stderr && false
		says 'the restore is not complete'
		[ -z "$(ls -A victim)" ]
	done
	forge link "$PWD/victim"
	rm -rf new
	pf-backup restore out/$base.json new >/dev/null 2>&1 && false
	[ -z "$(ls -A victim)" ]
	forge fine ''
	rm -rf new
	try 0 pf-backup restore out/$base.json new
	grep -qx evil new/fine
}

@test "list shows whole snapshots, and says what is none" {
	try 0 pf-backup create -o out snap src
	PF_NOW=2026-11-22T00:00:00.000Z try 0 pf-backup create -o out other src
	PF_NOW=2026-11-23T00:00:00.000Z try 0 pf-backup create -o out half src
	rm out/half-*.json
	PF_NOW=2026-11-24T00:00:00.000Z try 0 pf-backup create -o out lost src
	rm out/lost-*.zst
	echo x >>out/other-20261122T000000.000Z.tar.zst
	try 1 pf-backup list out
	json '[e["name"], e["time"], e["count"], e["failed_count"]]' >got
	same got <<-'END'
		["snap", "2026-11-21T02:00:00.000Z", 6, 0]
	END
	same stderr <<-'END'
		pf-backup: 'half-20261123T000000.000Z.tar.zst' has no manifest: not a whole snapshot
		pf-backup: 'lost-20261124T000000.000Z.tar.zst': No such file or directory
		pf-backup: 'other-20261122T000000.000Z.tar.zst': its size is another
	END
	try 66 pf-backup verify out/half-20261123T000000.000Z.tar.zst
	says 'not a whole snapshot'
	try 66 pf-backup list nowhere
}

@test "kill -9 at every call leaves a whole snapshot or none" {
	for call in openat write fsync renameat close; do
		n=1
		while :; do
			rm -rf out && mkdir out
			status=0
			{ ASAN_OPTIONS=detect_leaks=0 strace -qq -o trace -e trace=$call \
				-e inject=$call:signal=SIGKILL:when=$n \
				pf-backup create -o out snap src >/dev/null 3>&- || status=$?; } 2>/dev/null
			[ $status = 137 ] || break
			pf-backup list out >listed 2>/dev/null || true
			if [ -s listed ]; then try 0 pf-backup verify out/$base.json
			else try 66 pf-backup verify out/$base.json; fi
			n=$((n + 1))
		done
		[ $status = 0 ]
		[ $n -gt 2 ]
	done
}

@test "a full disk is said, with 75, and nothing is left" {
	[ "$(id -u)" = 0 ] || skip "mounting a tmpfs needs root"
	head -c 300000 /dev/urandom >src/queue/sub/large
	cat >full <<-'END'
		mount -t tmpfs -o size=128k none out
		pf-backup create -o out snap src
		echo $?
		ls -A out
	END
	try 0 unshare -m sh ./full
	same stdout <<-'END'
		75
	END
	says 'No space left on device'
}

@test "a snapshot is not overwritten and not put into its source" {
	try 0 pf-backup create -o out snap src
	try 73 pf-backup create -o out snap src
	says 'File exists'
	try 0 pf-backup verify out/$base.json
	try 64 pf-backup create -o src/nothing snap src
	says "'src/nothing' is inside of 'src'"
}

@test "options are checked" {
	try 64 pf-backup
	try 64 pf-backup frobnicate
	try 64 pf-backup create snap
	try 64 pf-backup create ../snap src
	try 64 pf-backup create -l 20 snap src
	try 64 pf-backup list -o out
	says '-l and -o are for create'
	try 64 pf-backup verify
	try 64 pf-backup verify README
	says "'README' is not a .tar.zst or .json"
}

@test "an output that cannot be written is said" {
	status=0
	pf-backup create -o out snap src >/dev/full 2>stderr || status=$?
	[ $status = 75 ]
	says 'write standard output'
}
