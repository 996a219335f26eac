# pf-ship into pf-serve over a real network: two namespaces and the link between
# them, which loses, refuses, crawls and breaks. Each event is counted at both
# ends.

load helper
load serve
load delivery

prepare() {
	local tool
	PATH=$PATH:/usr/sbin:/sbin
	[ "$(id -u)" = 0 ] || skip 'network namespaces need root'
	for tool in ip iptables tc; do
		command -v "$tool" >/dev/null || skip "$tool is not installed"
	done
	ns=pf-$$-$BATS_TEST_NUMBER
	ip netns add "$ns-master" || skip 'no network namespaces here'
	ip netns add "$ns-node"
	ip -n "$ns-master" link add name master type veth peer name node netns "$ns-node"
	ip -n "$ns-master" address add 192.0.2.1/24 dev master
	ip -n "$ns-node" address add 192.0.2.2/24 dev node
	# Packets are those of a wire, not 64 KB that are cut up by a card.
	link master gso_max_segs 1
	link node gso_max_segs 1
	link master up
	link node up
	ip -n "$ns-master" link set lo up
	ip -n "$ns-node" link set lo up
	rule node -m statistic --mode random --probability 0 -j DROP ||
		skip 'packets cannot be dropped here'
	ip netns exec "$ns-node" iptables -F INPUT
	export PF_DB=$PWD/pf.db
	serve_under="ip netns exec $ns-master"
}

clean_up() {
	[ -z "${ns-}" ] || ip netns del "$ns-master" || :
	[ -z "${ns-}" ] || ip netns del "$ns-node" || :
	[ -z "${ns-}" ] || rm -rf "/etc/netns/$ns-node"
	rmdir /etc/netns 2>/dev/null || :
}

# link END CHANGE…: up, down, and what else a link can be set to.
link() { ip -n "$ns-$1" link set dev "$@"; }

# rule END RULE…: for what comes in there.
rule() {
	local end=$1
	shift
	ip netns exec "$ns-$end" iptables -A INPUT -p tcp "$@"
}

# met END: some packets met the first rule there.
met() {
	[ "$(ip netns exec "$ns-$1" iptables -nxvL INPUT | awk 'NR == 3 { print $1 }')" -gt 0 ]
}

# crawl RATE: so much and no more goes from the node to the master.
crawl() {
	ip netns exec "$ns-node" tc qdisc add dev node root \
		tbf rate "$1" burst 4kb limit 64kb || skip 'links cannot be made slow here'
}

# node COMMAND…: run at that end of the link.
node() { ip netns exec "$ns-node" "$@" 3>&-; }

ship_options='--spool spool --batch 10 --compress none --retry-min 10ms
	--retry-max 100ms --connect-timeout 1s --stall-timeout 1s'
# shellcheck disable=SC2086
ship() { node pf-ship $ship_options "$@"; }

# shipping …: the same to be put in the background, with its own pid as $!.
# shellcheck disable=SC2086
shipping() { exec ip netns exec "$ns-node" pf-ship $ship_options "$@" 3>&-; }

# fails_once_more: what is told to `said` by a delivery with -v.
fails_once_more() {
	local before
	before=$(wc -l <said)
	until_true 20 eval '[ "$(wc -l <said)" -gt "$before" ]'
}

# It waits no longer for the ends that are gone than a test does.
master() {
	serve --listen 192.0.2.1:0 --insecure --header-timeout 2s --body-timeout 3s \
		--idle-timeout 5s "$@"
}

stored() { [ "$(sql 'SELECT count(*) FROM events')" -ge "$1" ]; }

# spool N: the events 1 to N.
spool() { made "$1" | ship --spool-only; }

@test "a fifth of all packets is lost, both ways" {
	master
	spool 1000
	rule master -m statistic --mode random --probability 0.2 -j DROP
	rule node -m statistic --mode random --probability 0.2 -j DROP
	try 0 ship --drain --stall-timeout 3s --to "$url"
	met master && met node
	once 1000
	stop
}

# A reset that only one end hears of leaves the other waiting.
@test "connections are reset at random" {
	master
	spool 400
	rule master -m statistic --mode random --probability 0.1 \
		-j REJECT --reject-with tcp-reset
	rule node -m statistic --mode random --probability 0.01 \
		-j REJECT --reject-with tcp-reset
	try 0 ship --drain --to "$url"
	met master
	once 400
	stop
}

# Of the packets that are full every ninth: some bodies have fewer.
@test "connections are reset in the middle of a body" {
	master
	spool 1000
	rule master -m length --length 1000: -m statistic --mode nth --every 9 --packet 0 \
		-j REJECT --reject-with tcp-reset
	ship_options+=' --batch 50'
	made 2000 | tail -n 1000 | ship --spool-only
	try 0 ship --drain --to "$url"
	met master
	says 'reset by peer'
	once 2000
	stop
}

# A body of 150 KB needs 5 s, which is more than nothing may move.
@test "a link that is slow is not one that stands still" {
	master --body-timeout 60s
	made 1000 | ship --spool-only --batch 1000
	crawl 240kbit
	try 0 ship --drain --stall-timeout 2s --to "$url"
	silent
	once 1000
	stop
}

@test "a link that is down in the middle, and up again" {
	master
	spool 3000
	crawl 2mbit
	: >said
	shipping --drain -v --to "$url" 2>said &
	pid=$!
	for at in 300 1200; do
		until_true 20 stored "$at"
		link node down
		fails_once_more
		not stored 3000
		link node up
	done
	wait "$pid"
	once 3000
	stop
}

# Neither end hears of it: the packets go nowhere.
@test "a master that is cut off in the middle, and back" {
	master
	spool 3000
	crawl 2mbit
	: >said
	shipping --drain -v --to "$url" 2>said &
	pid=$!
	until_true 20 stored 300
	rule master -j DROP
	fails_once_more
	not stored 3000
	ip netns exec "$ns-master" iptables -F INPUT
	wait "$pid"
	once 3000
	stop
}

# names: a name server at 192.0.2.1 that knows the master's name while there is
# a file `known`.
names() {
	mkdir -p "/etc/netns/$ns-node"
	printf 'nameserver 192.0.2.1\noptions timeout:1 attempts:1\n' \
		>"/etc/netns/$ns-node/resolv.conf"
	: >asked
	ip netns exec "$ns-master" /usr/bin/python3 -u -c '
import os, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("192.0.2.1", 53))
print("ready")
while True:
    query, who = s.recvfrom(512)
    end = query.index(0, 12) + 5
    known, a = os.path.exists("known"), query[end - 4:end - 2] == b"\0\1"
    n = bytes([known and a])
    answer = query[:2] + (b"\x81\x80" if known else b"\x81\x83")
    answer += b"\0\1\0" + n + b"\0\0\0\0" + query[12:end]
    if known and a:
        answer += b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + bytes([192, 0, 2, 1])
    s.sendto(answer, who)
    print("known" if known else "unknown")' >asked 3>&- &
	names_pid=$!
	until_true 10 grep -q ready asked
}

@test "the master's name is not known, then nobody answers, then it is" {
	names
	master
	spool 3000
	: >said
	shipping --drain -v --to "http://master.example:${url##*:}/" 2>said &
	pid=$!
	fails_once_more
	grep -q 'resolve host' said
	kill -STOP "$names_pid"
	fails_once_more
	touch known
	kill -CONT "$names_pid"
	wait "$pid"
	once 3000
	stop
	kill "$names_pid"
}
