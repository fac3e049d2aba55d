"""A network of switches in network namespaces of their own: each has two ports with a host behind each, and a way to the controller's bridge. Whoever
calls this has a network, a mount and a process namespace of its own, with which all of it ends."""

import ctypes
import json
import os
import re
import select
import socket
import subprocess
import time
from pathlib import Path

CONTROLLER = "10.77.0.1"
NEW_NETWORK = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def rights():
    """The words that call a command with the rights that the Helm chart gives the server, and no others."""
    values = Path(__file__).parents[2] / "deploy/helm/p4xdp/values.yaml"
    (names,) = re.findall(r"^    add: \[(.+)\]$", values.read_text(), re.MULTILINE)
    held = "-all," + ",".join(f"+{name.lower()}" for name in names.split(", "))
    return ["setpriv", "--bounding-set", held, "--inh-caps", held, "--ambient-caps", "-all", "--no-new-privs"]


def sh(script):
    subprocess.run(["sh", "-euc", script], check=True)


def bridge():
    """The controllers' end."""
    sh(
        f"""ip link set lo up
        ip link add fleet index 900 type bridge
        ip address add {CONTROLLER}/24 dev fleet
        ip link set fleet up"""
    )


def socket_in(process, device):
    """A packet socket on a device of another network namespace. It stays there."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/proc/{process}/ns/net", os.O_RDONLY)
    try:
        if LIBC.setns(there, NEW_NETWORK):
            raise OSError(ctypes.get_errno(), "setns")
        # Packets that were there before it was bound are none of ours.
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        made.bind((device, 3))
        # Nor are packets that leave by it.
        made.setsockopt(263, 23, 1)
        return made
    finally:
        if LIBC.setns(here, NEW_NETWORK):
            os._exit(70)
        os.close(here)
        os.close(there)


class Machine:
    """A machine with a switch, which a P4Runtime server looks after."""

    def __init__(self, number):
        self.name = f"switch {number}"
        self.address = f"10.77.0.{number + 10}:9559"
        self.server = None
        # What holds the namespace when the server is dead.
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo; exec sleep 600"], stdout=subprocess.PIPE
        )
        self.holder.stdout.readline()
        holder = self.holder.pid
        sh(
            f"""ip link add c{number} type veth peer name control netns {holder}
            ip link set c{number} master fleet up
            exec nsenter --net=/proc/{holder}/ns/net sh -euc '
            sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
            ip link set lo up
            ip address add {self.address.split(":")[0]}/24 dev control
            ip link set control up
            for n in 1 2; do
                ip link add sw$n index 100$n type veth peer name h$n index 101$n
                for end in sw$n h$n; do
                    ip link set $end up
                    ethtool -K $end gro on tx off >/dev/null
                done
            done'"""
        )
        self.hosts = {port: socket_in(holder, f"h{port}") for port in (1, 2)}
        self.log = open(f"{number}.log", "w+")

    def inside(self, *words):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", *words]

    def p4xdp(self, *words):
        return self.inside(os.environ["P"], *words)

    def start(self):
        words = self.inside(*rights(), os.environ["P"], "serve", "1=sw1", "2=sw2", "--listen", self.address)
        self.server = subprocess.Popen(words, stdout=self.log, stderr=self.log)

    def kill(self):
        """Ends the server without a chance to tidy up."""
        self.server.kill()
        self.server.wait()

    def reboot(self):
        """Nothing is left of what the server has brought here."""
        self.kill()
        subprocess.run(self.p4xdp("unload", "sw1", "sw2"), check=True, stdout=self.log)

    def said(self):
        """What the server has said."""
        self.log.flush()
        with open(self.log.name) as log:
            return log.read()

    def program(self):
        """The number that the kernel has given the program; nothing where none runs."""
        words = self.inside("ip", "-json", "link", "show", "sw1")
        (link,) = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
        return link.get("xdp", {}).get("prog", {}).get("id")

    def destinations(self):
        """The entries of the table, as another process than the server reads them: addresses and ports."""
        words = self.p4xdp("table", "dump", "destinations", "--dev", "sw1", "--json")
        found = subprocess.run(words, capture_output=True, text=True)
        entries = [json.loads(line) for line in found.stdout.splitlines()]
        return {
            entry["keys"]["dst"]: int(entry["args"]["port"].removeprefix("sw"))
            for entry in entries
            if not entry.get("default")
        }

    def carries(self, address, port):
        """Whether a packet to the address comes out of the port, from the other one."""
        frame = bytes.fromhex(address.replace(":", "")) + b"\2\0" + os.urandom(4)
        frame = (frame + b"\x12\x34").ljust(60, b"\x77")
        self.hosts[3 - port].send(frame)
        end = time.monotonic() + 2
        while (left := end - time.monotonic()) > 0 and select.select([self.hosts[port]], [], [], left)[0]:
            if self.hosts[port].recv(4096) == frame:
                return True
        return False
