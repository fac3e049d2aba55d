"""What the scripts of all clients need: the server as a process, hosts that send and receive frames, and checks that say what they are about."""

import errno
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
import traceback

ADDRESS = "127.0.0.1:9559"
PATIENCE = 10


def check(what, holds, found=None):
    """Fails the script unless something holds."""
    if not holds:
        sys.exit(f"FAILED {what}" + ("" if found is None else f": {found}"))
    print("ok", what, flush=True)


def equal(what, found, wanted):
    """Fails the script unless two things are equal."""
    check(what, found == wanted, f"{found!r} instead of {wanted!r}")


def eventually(what, ask, wanted=True):
    """Asks again until the answer is the one that is wanted, for ten seconds."""
    end = time.monotonic() + PATIENCE
    while True:
        found = ask()
        if found == wanted or time.monotonic() > end:
            return equal(what, found, wanted)
        time.sleep(0.05)


def refused(what, call, *words):
    """Calls something, and fails the script unless it raises an error that says all of these words."""
    try:
        call()
    except Exception as error:
        said = str(error)
        return check(what, all(word in said for word in words), f"{said!r} lacks one of {words}")
    check(what, False, "it was done")


def run(main):
    """Runs a script to its end, whatever threads clients have left that wait for messages."""

    def too_late(*_):
        sys.exit("FAILED it takes too long")

    signal.signal(signal.SIGTERM, too_late)
    status = 1
    try:
        main()
        status = 0
    except SystemExit as error:
        print(error)
    except BaseException:
        traceback.print_exc()
    for started in Server.all:
        started.process.kill()
    sys.stdout.flush()
    os._exit(status)


class Server:
    """`p4xdp serve` with interfaces and options, by the command of $BEFORE that runs another one."""

    all = []

    def __init__(self, *words):
        self.words = words
        self.start()
        Server.all.append(self)

    def start(self):
        command = [*os.environ.get("BEFORE", "").split(), os.environ["P"], "serve", *self.words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            if line.startswith("listening"):
                return
        sys.exit(f"FAILED {command} does not listen")

    def end(self, by=signal.SIGINT):
        """Ends it by a signal."""
        self.process.send_signal(by)
        status = self.process.wait(PATIENCE)
        check(f"the server ends by {by.name}", status == (0 if by != signal.SIGKILL else -by), status)


class Host:
    """What is behind one of the switch's interfaces."""

    def __init__(self, number):
        self.address = bytes([2, 0, 0, 0, 0, number])
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind((f"h{number}", 0))
        # Packets that the host sends itself are seen, too.
        self.socket.setsockopt(263, 23, 1)

    def send(self, frame, times=1):
        for _ in range(times):
            self.socket.send(frame)

    def receive(self, wait=PATIENCE):
        """The next frame, or nothing."""
        ready, _, _ = select.select([self.socket], [], [], wait)
        try:
            return self.socket.recv(4096) if ready else None
        except OSError as error:
            # Its interface was down; this says so once.
            if error.errno != errno.ENETDOWN:
                raise
            return None

    def receives(self, what, frame):
        equal(what, show(self.receive()), show(frame))

    def receives_nothing(self, what):
        equal(what, show(self.receive(0.3)), None)


def drain(hosts):
    """Forgets what has come to hosts."""
    for host in hosts.values():
        while host.receive(0.1):
            pass


def show(frame):
    return frame and frame.hex()


def probe(source, address, flow=0, kind=0, type=0x1234):
    """A frame that fabric.p4 looks at: `address` in dotted digits."""
    head = b"\x02\0\0\0\0\xff" + source + struct.pack("!H", type)
    return (head + socket.inet_aton(address) + bytes([flow, kind])).ljust(60, b"\x55")
