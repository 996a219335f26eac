# pf-stats --prometheus, as Prometheus' own programs read it.

load helper

events=$pf_root/tests/fixtures/events
export PF_NOW=2026-11-21T03:00:00Z

@test "the metrics of a campaign" {
	try 0 pf-stats --prometheus pf.prom <"$events/campaign.jsonl"
	silent
	same stdout </dev/null
	same pf.prom <"$pf_root/tests/fixtures/metrics/campaign.prom"
	try 0 pf-stats --prometheus - <"$events/campaign.jsonl"
	same stdout <pf.prom
}

@test "promtool finds nothing wrong, in hostile names neither" {
	for file in campaign hostile; do
		pf-stats --prometheus "$file.prom" <"$events/$file.jsonl"
		try 0 promtool check metrics <"$file.prom"
		silent
		same stdout </dev/null
	done
	grep -q 'pf_job="job<script>' hostile.prom
}

@test "a collector that runs as another user may read it, less the umask" {
	(umask 022 && pf-stats --prometheus pf.prom </dev/null)
	[ "$(stat -c %a pf.prom)" = 644 ]
	(umask 077 && pf-stats --prometheus pf.prom </dev/null)
	[ "$(stat -c %a pf.prom)" = 600 ]
	[ "$(ls -A)" = pf.prom ]
}

# series FILE: each pf_ series as name, labels that are not empty, value.
series() {
	/usr/bin/python3 -c '
import re, sys
label = re.compile(r"(\w+)=\"((?:[^\"\\]|\\.)*)\"(?:,|$)")
for line in open(sys.argv[1], encoding="utf-8", newline="\n"):
    m = re.fullmatch(r"(pf_\w+)(?:\{(.*)\})? (\S+)\n", line)
    if m:
        labels = sorted(l for l in label.findall(m[2] or "") if l[1])
        print(m[1], labels, float(m[3]))' "$1" | sort
}

# fetch ADDRESS: its metrics to the file `served`.
fetch() {
	/usr/bin/python3 -c '
import sys, urllib.request
url = "http://%s/metrics" % sys.argv[1]
open("served", "wb").write(urllib.request.urlopen(url, timeout=20).read())' "$1"
}

listens() { grep -q 'msg="Listening on"' exporter.log; }

@test "node_exporter serves every series of it" {
	mkdir textfile
	cat "$events"/{campaign,hostile}.jsonl |
		pf-stats --prometheus textfile/pf.prom
	prometheus-node-exporter --collector.disable-defaults \
		--collector.textfile --collector.textfile.directory=textfile \
		--web.listen-address=127.0.0.1:0 >exporter.log 2>&1 3>&- &
	until_true 20 listens
	fetch "$(sed -n 's/.*Listening on" address=//p' exporter.log)"
	kill $!
	wait $! || :
	grep -qx 'node_textfile_scrape_error 0' served
	series textfile/pf.prom >written
	[ "$(wc -l <written)" -gt 70 ]
	series served | same written
}

@test "a metrics file is whole or the one before" {
	echo before >pf.prom
	head -c 200 "$events/campaign.jsonl" >torn
	try 1 pf-stats --prometheus pf.prom <torn
	says "standard input line 1"
	grep -q '^pf_stats_scrape_timestamp_seconds' pf.prom
	try 73 pf-stats --prometheus no/pf.prom <"$events/campaign.jsonl"
	says "write 'no/pf.prom': No such file or directory"
	try 75 sh -c 'pf-stats --prometheus - >/dev/full' </dev/null
}

@test "a disk that is full leaves the metrics of before" {
	[ "$(id -u)" = 0 ] || skip "needs root to mount a small disk"
	mkdir small
	unshare -m sh -c 'mount -t tmpfs -o size=4k tmpfs small &&
		echo before >small/pf.prom &&
		pf-stats --prometheus small/pf.prom; echo $? $(ls -A small) \
			"$(cat small/pf.prom)"' \
		<"$events/campaign.jsonl" >got 2>stderr 3>&-
	says "write 'small/pf.prom': No space left on device"
	echo '75 pf.prom before' | same got
}

@test "what a file says is a metric too" {
	try 0 pf-stats --prometheus - "$pf_root/tests/fixtures/stats/aflpp-4.04c"
	grep -q '^pf_fuzzer_execs_total{node="testnode",.*} [1-9]' stdout
	try 0 promtool check metrics <stdout
}

# All that an event can say.
everything() {
	local head='{"v":1,"id":"00000000000000000000000000000001",'
	head+='"time":"2026-11-21T02:00:00Z","node":"n","type":'
	printf '%s"stats","data":{%s' "$head" '"state":"running","version":"x",
		"run_seconds":1,"execs_total":1,"execs_per_second":1,
		"corpus_count":1,"corpus_bytes":1,"crashes_total":1,
		"hangs_total":1,"ooms_total":1,"edges_found":1,"edges_total":1,
		"coverage_ratio":1,"features":1,"cycles_total":1,
		"pending_count":1,"stability_ratio":1,"peak_rss_bytes":1,
		"last_find_time":"2026-11-21T02:00:00Z"}}' | tr -d '\n\t'
	printf '\n'
	printf '%s"resource","data":{%s' "$head" '"cpu_ratio":1,"load1":1,
		"memory_total_bytes":1,"memory_used_bytes":1,
		"memory_available_bytes":1,"swap_used_bytes":1,"processes":1,
		"fuzzers":1,"zombies":1,"orphans":1,"disks":[{"mount":"/",
		"total_bytes":1,"used_bytes":1,"free_bytes":1,"used_ratio":1,
		"inodes_used_ratio":1}]}}' | tr -d '\n\t'
	printf '\n%s"alert","data":{"name":"x","state":"firing"}}\n' "$head"
}

@test "the manual page has every metric, and promtool takes it" {
	everything | tee in | pf-stats --prometheus pf.prom
	valid in
	try 0 promtool check metrics <pf.prom
	silent
	sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' pf.prom | sort >written
	mandoc -T ascii "$pf_root/src/pf-stats/pf-stats.1" | col -bx |
		grep -oE 'pf_(fuzzer|node|alert|stats)_[a-z0-9_]+' | sort -u |
		same written
}

# Each is one fuzzer's: twenty series and more.
@test "a hundred thousand series in seconds" {
	seq 5000 | awk '{ printf "{\"v\":1,\"id\":\"%032x\"," \
		"\"time\":\"2026-11-21T02:00:00Z\",\"type\":\"stats\"," \
		"\"node\":\"n%d\",\"job\":\"j\",\"data\":{\"instance\":\"i%d\"," \
		"\"state\":\"running\",\"execs_total\":%d," \
		"\"execs_per_second\":1,\"corpus_count\":1,\"features\":1," \
		"\"crashes_total\":0,\"hangs_total\":0,\"edges_found\":1," \
		"\"edges_total\":2,\"coverage_ratio\":0.5,\"run_seconds\":1," \
		"\"cycles_total\":1,\"version\":\"x\"}}\n", \
		$1, $1 % 100, $1, $1 }' >many.jsonl
	try 0 timeout 60 pf-stats --prometheus pf.prom <many.jsonl
	[ "$(grep -vc '^#' pf.prom)" = 100001 ]
	grep -v '^#' pf.prom | sed 's/ [^ ]*$//' | sort | uniq -d >twice
	same twice </dev/null
}
