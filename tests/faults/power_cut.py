"""Simulated power cuts, for the programs beside this file.

What is looked at lies on ext4 in an image file, which lies on btrfs in another.
What ext4 has not written out is not in the image: a snapshot of the image,
taken while who writes stands still, is the disk after a power cut. It does not
put writes in another order, as a disk's own cache may.

Needs root, loop mounts, btrfs-progs and e2fsprogs; without them it says what is
missing and exits 69.
"""
import base64
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TIMEOUT = 60
PROGRAM = os.path.basename(sys.argv[0])


def run(*command, **options):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)


def missing(why):
    print(f"{PROGRAM}: {why}", file=sys.stderr)
    sys.exit(69)


def wait_until(is_true, what):
    end = time.monotonic() + TIMEOUT
    while not is_true():
        if time.monotonic() > end:
            sys.exit(f"{PROGRAM}: {what} did not come")
        time.sleep(0.001)


def xxh128(data):
    return subprocess.run(["xxh128sum"], input=data, check=True,
                          stdout=subprocess.PIPE).stdout.decode().split()[0]


def event_id(i):
    return f"01a1fbd4f500{i:020d}"


def events(count, input_max):
    """Some of them are crashes with an input."""
    for i in range(count):
        head = (f'{{"v":1,"id":"{event_id(i)}",'
                '"time":"2026-11-21T02:00:00Z","node":"n1","job":"j",')
        if i % 10:
            yield f'{head}"type":"stats","data":{{"execs_total":{i}}}}}\n'
            continue
        data = random.randbytes(random.randint(1, input_max))
        yield (f'{head}"type":"crash","data":{{"group":"g{i % 70}","input":'
               f'{{"xxh128":"{xxh128(data)}","content":'
               f'"{base64.b64encode(data).decode()}"}}}}}}\n')


@contextlib.contextmanager
def mounted(image, at):
    os.makedirs(at, exist_ok=True)
    run("mount", "-o", "loop", image, at)
    try:
        yield at
    finally:
        # What looks at it for a moment is waited for.
        end = time.monotonic() + TIMEOUT
        while subprocess.run(["umount", at], stderr=subprocess.DEVNULL
                             ).returncode and time.monotonic() < end:
            time.sleep(0.05)


def make_image(path, size, *mkfs):
    with open(path, "wb") as image:
        image.truncate(size)
    run(*mkfs, path, stderr=subprocess.DEVNULL)


STARTED = []


def start(*command, **options):
    """In a session of its own, to be stopped with all its children."""
    process = subprocess.Popen(command, start_new_session=True,
                               stderr=subprocess.DEVNULL, **options)
    STARTED.append(process)
    return process


def stands_still(process):
    states = subprocess.run(["ps", "-o", "stat=", "-s", str(process.pid)],
                            stdout=subprocess.PIPE).stdout.decode()
    return all(state[0] in "TZ" for state in states.split())


def stop(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGSTOP)
    wait_until(lambda: stands_still(process), "a stop")


def kill(process):
    if process not in STARTED:
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    STARTED.remove(process)


class Disk:
    """`path` is a directory of it, `work` one elsewhere."""

    def __init__(self, work):
        self.work, self.path = work, f"{work}/inner"

    @contextlib.contextmanager
    def snapshot(self):
        """What is on it without power."""
        run("cp", "--reflink=always", f"{self.work}/outer/inner.img",
            f"{self.work}/outer/snapshot.img")
        with mounted(f"{self.work}/outer/snapshot.img",
                     f"{self.work}/snapshot") as place:
            yield place
        os.remove(f"{self.work}/outer/snapshot.img")

    def clear(self):
        for name in os.listdir(self.path):
            path = f"{self.path}/{name}"
            (shutil.rmtree if os.path.isdir(path) else os.remove)(path)
        os.sync()


@contextlib.contextmanager
def disk_in(work):
    make_image(f"{work}/outer.img", 768 << 20, "mkfs.btrfs", "-q")
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(mounted(f"{work}/outer.img", f"{work}/outer"))
        except subprocess.CalledProcessError:
            missing("no loop mounts here")
        make_image(f"{work}/outer/inner.img", 128 << 20, "mkfs.ext4", "-q")
        stack.enter_context(
            mounted(f"{work}/outer/inner.img", f"{work}/inner"))
        try:
            yield Disk(work)
        finally:
            for process in STARTED[:]:
                kill(process)


def cut_often(unit, tools, prepare, one_round):
    """
    As many cuts as the command line says. `prepare` gets the directory to work
    in; `one_round` the disk, what `prepare` gave, and its number, and returns
    how many of the unit were safe before the cut, and what is wrong after it.
    """
    cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(100000)
    random.seed(seed)
    if os.geteuid() != 0:
        missing("mounting needs root")
    for tool in ("mkfs.btrfs", "mkfs.ext4", *tools):
        if shutil.which(tool) is None:
            missing(f"{tool} is not installed")
    work = tempfile.mkdtemp(prefix="power-cut-")
    bad = total = 0
    try:
        prepared = prepare(work)
        with disk_in(work) as disk:
            for number in range(cuts):
                count, wrong = one_round(disk, prepared, number)
                total += count
                bad += bool(wrong)
                for what in wrong[:5]:
                    print(f"cut {number}, seed {seed}: {what}")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"{cuts} cuts, {total} {unit}, {bad} cuts with a loss")
    sys.exit(bad != 0)
