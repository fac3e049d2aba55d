"""Twenty machines with `p4xdp serve` and one controller, finsy: what it wants comes to all of them, also while servers die and come again."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import finsy as fy
from network import Machine, bridge

LOG = Path("controller.log")
logging.basicConfig(filename=LOG, level=logging.WARNING)
MACHINES = 20
# Seconds until all are as they should be. A bound against hanging; how long it took is printed.
PATIENCE = 30
OPTIONS = fy.SwitchOptions(p4info=Path("learn.p4info.txtpb"), p4blob=Path("learn.o"))


def check(what, holds, found=None):
    if not holds:
        sys.exit(f"FAILED {what}" + ("" if found is None else f": {found}"))
    print("ok", what, flush=True)


class Wanted:
    """What all switches are to know: by address the port behind which it is."""

    def __init__(self):
        self.entries = {}
        self.changed = asyncio.Condition()

    async def become(self, entries):
        async with self.changed:
            self.entries = entries
            self.changed.notify_all()

    async def follow(self, device):
        """Makes a switch know this, and again whenever it changes: what is there is read, and what differs is written."""
        while True:
            wanted = self.entries
            there = {}
            async for entry in device.read(fy.P4TableEntry("destinations")):
                if not entry.is_default_action:
                    there[entry.match["dst"]] = entry.action.args["port"]
            missing = {number(address): port for address, port in wanted.items()}
            changes = [-destination(address, port) for address, port in there.items() if address not in missing]
            for address, port in missing.items():
                if address not in there:
                    changes.append(+destination(address, port))
                elif there[address] != port:
                    changes.append(~destination(address, port))
            if changes:
                await device.write(changes)
            async with self.changed:
                await self.changed.wait_for(lambda: self.entries is not wanted)


def number(address):
    return int(address.replace(":", ""), 16)


def destination(address, port):
    return fy.P4TableEntry("destinations", match=fy.Match(dst=address), action=fy.Action("forward", port=port))


def stations(first, count):
    """That many addresses, behind the two ports by turns."""
    return {f"02:00:00:00:00:{n:02x}": 1 + n % 2 for n in range(first, first + count)}


async def converged(what, machines, wanted):
    """Waits until the tables of all machines hold what is wanted and no more, and sends a packet through each."""
    begin = time.monotonic()
    left = list(machines)
    while left and time.monotonic() < begin + PATIENCE:
        tables = await asyncio.gather(*(asyncio.to_thread(machine.destinations) for machine in left))
        left = [machine for machine, table in zip(left, tables) if table != wanted]
        if left:
            await asyncio.sleep(0.2)
    took = time.monotonic() - begin
    check(what, not left, [(m.name, m.destinations(), m.said()) for m in left[:2]])
    address, port = next(iter(wanted.items()))
    lost = [machine.name for machine in machines if not machine.carries(address, port)]
    check(f"and packets go so ({took:.1f} s)", not lost, lost)


async def story(machines, wanted):
    first, second, third = stations(1, 8), stations(5, 16), stations(20, 3)
    await wanted.become(first)
    await converged("all have the program and the entries", machines, first)
    before = [machine.program() for machine in machines]
    check("all run a program", all(before), before)

    # Some are gone, some stay, some are new, and those that stay are behind the other port.
    second = {address: 3 - port for address, port in second.items()}
    await wanted.become(second)
    await converged("all have the change", machines, second)

    dead, alive = machines[::2], machines[1::2]
    for machine in dead:
        machine.kill()
    address, port = next(iter(second.items()))
    lost = [machine.name for machine in dead if not machine.carries(address, port)]
    check("where the server is dead packets go on", not lost, lost)
    await wanted.become(third)
    await converged("those that live have the next change", alive, third)
    check("those that are dead have not", all(machine.destinations() == second for machine in dead))
    for machine in dead:
        machine.start()
    await converged("those that come again have it", machines, third)
    check("no program was loaded anew", [machine.program() for machine in machines] == before)

    # Two machines lose the program as well.
    for machine in machines[:2]:
        machine.reboot()
        machine.start()
    await converged("machines without a program get it", machines, third)
    after = [machine.program() for machine in machines]
    check("it is another one on these two only", [a != b for a, b in zip(before, after)] == [True] * 2 + [False] * (MACHINES - 2))


async def main():
    bridge()
    machines = [Machine(n) for n in range(1, MACHINES + 1)]
    for machine in machines:
        machine.start()
    wanted = Wanted()
    switches = [fy.Switch(m.name, m.address, OPTIONS(ready_handler=wanted.follow)) for m in machines]
    controller = asyncio.create_task(fy.Controller(switches).run())
    await story(machines, wanted)
    controller.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await controller
    # Servers that are told to end do so.
    for machine in machines:
        machine.server.send_signal(signal.SIGTERM)
    statuses = [machine.server.wait(PATIENCE) for machine in machines]
    check("the servers end well", statuses == [0] * MACHINES, statuses)
    complaints = [machine.said() for machine in machines if "panicked" in machine.said()]
    check("no server complains", not complaints, complaints)


status = 1
try:
    asyncio.run(main())
    status = 0
except SystemExit as error:
    print(LOG.read_text(), error, sep="\n")
except BaseException:
    traceback.print_exc()
sys.stdout.flush()
# The first process of its namespace: the kernel ends all others with it.
os._exit(status)
