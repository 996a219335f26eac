"""What tests of a delivery share: events, the master, and the count of every
event at both ends. pf-ship and pf-serve are those in PATH."""
import json
import os
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
import time

# How long anything may take on the slowest machine before it hangs.
PATIENCE = 120


def need(*programs):
    """They are there, or this ends with a sentence and 69."""
    for name in programs:
        if shutil.which(name) is None:
            print("%s: %s is not installed" % (
                os.path.basename(sys.argv[0]), name), file=sys.stderr)
            sys.exit(69)


def identity(i):
    return "01a1fbd4f500%020d" % i


class Events:
    """Facts that nobody told before."""

    def __init__(self, node):
        self.node, self.count = node, 0
        self.lock = threading.Lock()

    def some(self, n):
        with self.lock:
            first, self.count = self.count + 1, self.count + n
        lines = []
        for i in range(first, first + n):
            # Most are statistics; a crash is delivered at once.
            crash = i % 97 == 0
            data = {"execs_total": i} if not crash else {
                "group": "g%d" % (i % 5), "severity": "LOW",
                "input": {"name": "i%d" % i}}
            lines.append(json.dumps({
                "v": 1, "id": identity(i), "time": "2026-11-21T02:00:00Z",
                "type": "crash" if crash else "stats", "node": self.node,
                "job": "j", "data": data}))
        return ("\n".join(lines) + "\n").encode()


def feed(fd, data, read_by):
    """All of it into a pipe; an error when nobody reads it any more: the
    thread `read_by` is gone, or it was full for too long."""
    os.set_blocking(fd, False)
    end = time.monotonic() + PATIENCE
    while data:
        if select.select([], [fd], [], 0.2)[1]:
            data = data[os.write(fd, data[:select.PIPE_BUF]):]
            end = time.monotonic() + PATIENCE
        elif not read_by.is_alive() or time.monotonic() > end:
            raise TimeoutError("nobody reads the pipe")


class Server:
    """The master; its socket stays, as a service manager keeps it."""

    def __init__(self, store):
        self.store = store
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.process = None

    def start(self):
        fd = self.listener.fileno()

        def become():
            os.dup2(fd, 3, True)

        with open("server.log", "ab") as log:
            self.process = subprocess.Popen(
                ["sh", "-c", "LISTEN_PID=$$ LISTEN_FDS=1 exec pf-serve"
                 ' -d "$0" --wait 2s', self.store],
                preexec_fn=become, pass_fds=[3], stdout=subprocess.DEVNULL,
                stderr=log)

    def stop(self, how):
        """What it ended with, and whether it did so before it was told."""
        early = self.process.poll() is not None
        self.process.send_signal(how)
        return self.process.wait(PATIENCE), early


def count(store, spool, events):
    """(lost, doubled, what else is wrong)"""
    db = sqlite3.connect(store)

    def one(sql):
        return db.execute(sql).fetchone()[0]

    ids = {row[0] for row in db.execute("SELECT id FROM events")}
    sent = {identity(i) for i in range(1, events.count + 1)}
    crashes = one("SELECT count(*) FROM crashes")
    rows = one("SELECT count(*) FROM stats") + crashes
    told = one("SELECT sum(crashes) FROM crash_groups") or 0
    sound = one("PRAGMA integrity_check")
    db.close()
    wrong = [] if sound == "ok" else [sound]
    if crashes != told:
        wrong.append("groups count %s crashes of %d" % (told, crashes))
    if ids - sent:
        wrong.append("%d events that nobody sent" % len(ids - sent))
    for part in ("new", "tmp", "corrupt", "rejected"):
        left = os.listdir("%s/%s" % (spool, part))
        if left:
            wrong.append("%s/ has %s" % (part, left[:3]))
    return len(sent - ids), rows - len(ids), wrong
