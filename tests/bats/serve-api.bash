# Shared by the tests of pf-serve's answers: a server on the store PF_DB, and
# requests to it. Loaded after `helper` and `store`.

# give_tokens: ADMIN, READER and NODE, the last of node n1, in the file `tokens`.
give_tokens() {
	ADMIN=$(pf-serve --tokens tokens --token admin:anna)
	READER=$(pf-serve --tokens tokens --token reader:board)
	NODE=$(pf-serve --tokens tokens --token node:n1)
	export ADMIN READER NODE
}

# serve [OPTION]…: the server in the background; its address in `base`, its pid
# in `serving`.
serve() {
	: >listening
	pf-serve --tokens tokens --listen 127.0.0.1:0 "$@" \
		>listening 2>served 3>&- &
	serving=$!
	until_true 20 test -s listening || { cat served; return 1; }
	base=http://$(json 'e["listening"]' listening)
}

# end_server: it must end well.
end_server() {
	kill -TERM "$serving"
	wait "$serving"
}

# get TARGET [TOKEN]: the body to `stdout`, the status to `status`.
get() { request GET "$1" '' "${2-}"; }

# post TARGET BODY [TOKEN]
post() { request POST "$1" "$2" "${3-}"; }

# request METHOD TARGET BODY [TOKEN]: as the admin, where no token is given.
request() {
	/usr/bin/python3 - "$base$2" "$1" "$3" "${4:-$ADMIN}" >stdout <<'PYTHON'
import sys, urllib.error, urllib.request
target, method, body, token = sys.argv[1:]
request = urllib.request.Request(
    target, body.encode() if method != "GET" else None,
    {"Authorization": "Bearer " + token}, method=method)
try:
    answer = urllib.request.urlopen(request, timeout=60)
except urllib.error.HTTPError as error:
    answer = error
sys.stdout.buffer.write(answer.read())
open("status", "w").write(str(answer.status))
PYTHON
}

# answered STATUS
answered() {
	[ "$(cat status)" = "$1" ] && return
	printf 'answered %s, not %s: ' "$(cat status)" "$1"
	head -c 1000 stdout
	return 1
}

# walk_list TARGET MEMBER KEY: every page of a list, a key a line, into `walked`.
walk_list() {
	/usr/bin/python3 - "$base$1" "$2" "$3" "$ADMIN" >walked <<'PYTHON'
import json, sys, urllib.request
target, member, key, token = sys.argv[1:]
after = ""
while True:
    page = json.load(urllib.request.urlopen(urllib.request.Request(
        target + after, headers={"Authorization": "Bearer " + token}), timeout=60))
    for one in page[member]:
        print(one[key])
    if "next" not in page:
        break
    after = ("&" if "?" in target else "?") + "after=" + page["next"]
PYTHON
}
