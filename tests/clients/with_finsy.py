"""finsy from start to finish: fabric.p4 on three interfaces with a host behind each, and a controller for examples/learn that learns and forgets."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import finsy as fy
import finsy.proto
from support import ADDRESS, Host, Server, check, drain, equal, probe, run, show

logging.disable(logging.CRITICAL)
FABRIC = fy.SwitchOptions(p4info=Path("fabric.p4info.txtpb"), p4blob=Path("fabric.o"))
LEARN = fy.SwitchOptions(p4info=Path("learn.p4info.txtpb"), p4blob=Path("learn.o"))
INTERFACES = ("1=sw1", "2=sw2", "3=sw3")
hosts = {number: Host(number) for number in (1, 2, 3)}
ONE = hosts[1].address
PATIENCE = 10


def switch(options=FABRIC):
    return fy.Switch("sw", ADDRESS, options)


async def refused(what, call, *words):
    try:
        await call
    except (fy.P4ClientError, ValueError) as error:
        return check(what, all(word in str(error) for word in words), f"{str(error)!r} lacks one of {words}")
    check(what, False, "it was done")


async def all_of(device, entity):
    return [found async for found in device.read(entity)]


async def later(what, ask, wanted=True):
    """Asks again until the answer is the one that is wanted."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = await ask()
        if found == wanted:
            break
        await asyncio.sleep(0.05)
    equal(what, found, wanted)


async def first(stream):
    return await asyncio.wait_for(anext(stream), PATIENCE)


async def frame_at(number, wait=PATIENCE):
    """The next frame of a host, while the client's tasks go on."""
    return await asyncio.to_thread(hosts[number].receive, wait)


async def tables(device):
    station = fy.P4TableEntry("stations", match=fy.Match(src="02:00:00:00:00:01"), action=fy.Action("known"))
    await device.insert([station])
    (found,) = await all_of(device, fy.P4TableEntry("stations"))
    equal("what was inserted is read", (found.match["src"], found.action.name), (0x020000000001, "known"))
    await refused("an entry that is there", device.insert([station]), "ALREADY_EXISTS")
    station.action = fy.Action("learn")
    await device.modify([station])
    (found,) = await all_of(device, fy.P4TableEntry("stations"))
    equal("what was modified is read", found.action.name, "learn")
    await device.delete([station])
    await refused("an entry that is not there", device.delete([station]), "NOT_FOUND")
    await device.delete([station], strict=False)

    # Each of these is for the server to refuse: the client does not look.
    def listed(priority=1, **match):
        return fy.P4TableEntry("access", match=fy.Match(**match), action=fy.Action("allow"), priority=priority)

    await refused("an entry without priority", device.insert([listed(0, address="10.0.0.1")]), "INVALID_ARGUMENT")
    await refused("an exact key that is not there", device.insert([fy.P4TableEntry("stations", match=fy.Match(), action=fy.Action("known"))]), "INVALID_ARGUMENT", "src")
    entries = [listed(9, address="10.1.0.0/&255.255.0.0", flow="1...9"), listed(8, kind=3), listed(7)]
    await device.insert(entries)
    found = await all_of(device, fy.P4TableEntry("access"))
    equal("entries by priority", sorted((e.priority, sorted(e.match or [])) for e in found if not e.is_default_action), [(7, []), (8, ["kind"]), (9, ["address", "flow"])])
    batch = device.write([+listed(6, kind=6), +listed(8, kind=3), +listed(5, kind=5)])
    await refused("of a batch what can be done is done", batch, "details.1", "ALREADY_EXISTS")
    found = await all_of(device, fy.P4TableEntry("access"))
    equal("all but one", sorted(e.priority for e in found if not e.is_default_action), [5, 6, 7, 8, 9])


async def paths(device):
    def route(action, address="10.0.0.0/8"):
        return fy.P4TableEntry("routes", match=fy.Match(address=address), action=action)

    members = [fy.P4ActionProfileMember("paths", member_id=n, action=fy.Action("send", port=n)) for n in (2, 3)]
    group = fy.P4ActionProfileGroup("paths", group_id=1, members=[fy.P4Member(member_id=n, weight=1) for n in (2, 3)])
    await device.insert([*members, group, route(fy.IndirectAction(group_id=1))])
    equal("members are read", sorted(m.member_id for m in await all_of(device, fy.P4ActionProfileMember("paths"))), [2, 3])
    (found,) = await all_of(device, fy.P4ActionProfileGroup("paths"))
    equal("a group is read", sorted(m.member_id for m in found.members), [2, 3])
    for flow in range(32):
        hosts[1].send(probe(ONE, "10.1.2.3", flow))
    seen = {number: 0 for number in (2, 3)}
    for number in seen:
        while await frame_at(number, 0.3):
            seen[number] += 1
    check("a group spreads flows", sum(seen.values()) == 32 and min(seen.values()) > 4, seen)
    # Ports that are watched: what a link that goes down loses, others have.
    watched = fy.P4ActionProfileGroup("paths", group_id=1, members=[fy.P4Member(member_id=n, weight=(1, n)) for n in (2, 3)])
    await device.write([~watched])
    (found,) = await all_of(device, fy.P4ActionProfileGroup("paths"))
    equal("watched ports are read", sorted(m.weight for m in found.members), [(1, 2), (1, 3)])
    subprocess.run(["ip", "link", "set", "h2", "down"], check=True)
    frames = [probe(ONE, "10.1.2.3", flow) for flow in range(8)]

    async def all_at_three():
        for frame in frames:
            hosts[1].send(frame)
        found = [await frame_at(3, 0.3) for _ in frames]
        drain(hosts)
        return found == frames

    await later("a member whose port has no link is left out", all_at_three)
    subprocess.run(["ip", "link", "set", "h2", "up"], check=True)
    await device.delete([route(fy.IndirectAction(group_id=1)), group, *members])
    once = fy.IndirectAction([(3, fy.Action("send", port=2)), (1, fy.Action("send", port=3))])
    await device.write([+route(once)])
    (found,) = await all_of(device, fy.P4TableEntry("routes"))
    equal("a set of actions is read with its weights", sorted(weight for weight, _ in found.action.action_set), [1, 3])
    await device.write([~route(fy.IndirectAction([(1, fy.Action("send", port=3))]))])
    frame = probe(ONE, "10.1.2.3")
    hosts[1].send(frame)
    equal("a packet goes where a set of actions says", show(await frame_at(3)), show(frame))


async def cells(device):
    await device.modify([fy.P4CounterEntry("kinds", index=i, data=fy.P4CounterData()) for i in range(16)])
    hosts[1].send(probe(ONE, "10.1.0.1", kind=5), 7)
    for _ in range(7):
        await frame_at(3)
    found = {c.index: (c.packet_count, c.byte_count) for c in await all_of(device, fy.P4CounterEntry("kinds"))}
    equal("a counter counts packets and bytes", (len(found), found[5]), (16, (7, 420)))
    (routed,) = await all_of(device, fy.P4DirectCounterEntry("routed"))
    equal("a direct counter", routed.packet_count > 0 and routed.table_entry.match["address"], (0x0A000000, 8))
    rates = fy.P4MeterConfig(cir=100, cburst=10, pir=200, pburst=20)
    await device.modify([fy.P4MeterEntry("flows", index=3, config=rates)])
    (found,) = await all_of(device, fy.P4MeterEntry("flows", index=3))
    equal("a meter's rates", found.config, rates)
    listed = fy.P4TableEntry("access", match=fy.Match(kind=3), priority=8)
    await device.modify([fy.P4DirectMeterEntry(table_entry=listed, config=rates)])
    (found,) = await all_of(device, fy.P4DirectMeterEntry(table_entry=listed))
    equal("a direct meter's rates", found.config, rates)
    (found,) = await all_of(device, fy.P4RegisterEntry("last", index=5))
    equal("a register has what the packet wrote", found.data, 0x0A010001)
    await device.modify([fy.P4RegisterEntry("last", index=2, data=77)])
    found = {c.index: c.data for c in await all_of(device, fy.P4RegisterEntry("last"))}
    equal("all cells of a register", (sorted(found), found[2], found[5]), (list(range(8)), 77, 0x0A010001))


async def copies(device):
    def listed(action, kind):
        return fy.P4TableEntry("access", match=fy.Match(kind=kind), action=action, priority=20)

    group = fy.P4MulticastGroupEntry(5, replicas=[2, (3, 7)])
    await device.write([+group, +listed(fy.Action("replicate", group=5), 11)])
    frame = probe(ONE, "10.9.9.9", kind=11)
    hosts[1].send(frame)
    for number in (2, 3):
        equal(f"a copy at port {number}", show(await frame_at(number)), show(frame))
    (found,) = await all_of(device, fy.P4MulticastGroupEntry())
    equal("a multicast group is read", (found.multicast_group_id, len(found.replicas)), (5, 2))
    session = fy.P4CloneSessionEntry(9, replicas=[2], packet_length_bytes=40)
    await device.write([+session, +listed(fy.Action("mirror", session=9), 12)])
    frame = probe(ONE, "10.9.9.9", kind=12)
    hosts[1].send(frame)
    equal("a clone, cut", show(await frame_at(2)), show(frame[:40]))
    equal("what was cloned", show(await frame_at(3)), show(frame))


async def values(device):
    """Packets of another type are probes once the parser's value set has it."""
    frame = probe(ONE, "10.1.1.1", type=0x4321)
    hosts[1].send(frame)
    equal("a type that is not in the value set", show(await frame_at(3, 0.3)), None)
    schema = device.p4info.value_sets["probes"]
    (field,) = [each.alias for each in schema.match]
    member = fy.p4entity.P4ValueSetMember({field: 0x4321})
    await device.modify([fy.P4ValueSetEntry("probes", members=[member])])
    hosts[1].send(frame)
    equal("a type that is", show(await frame_at(3)), show(frame))
    (found,) = await all_of(device, fy.P4ValueSetEntry("probes", members=[]))
    equal("a value set is read", [dict(each) for each in found.members], [{field: 0x4321}])


async def packets(device):
    frame = probe(ONE, "10.1.2.2")
    await device.write([fy.P4PacketOut(frame, egress_port=2, padding=0)])
    equal("a packet-out", show(await frame_at(2)), show(frame))
    stream = device.read_packets()
    waits = asyncio.ensure_future(first(stream))
    await asyncio.sleep(0)
    await device.write([+fy.P4TableEntry("access", match=fy.Match(kind=13), action=fy.Action("to_controller"), priority=20)])
    frame = probe(ONE, "10.1.2.2", kind=13)
    hosts[1].send(frame)
    came = await waits
    equal("a packet-in", (show(came.payload), came["ingress_port"]), (show(frame), 1))


async def messages(device):
    await device.write([+fy.P4DigestEntry("station_t", max_list_size=1, ack_timeout_ns=60 * 10**9)])
    stream = device.read_digests("station_t")
    waits = asyncio.ensure_future(first(stream))
    await asyncio.sleep(0)
    source = b"\2\0\0\0\0\x77"
    hosts[1].send(probe(source, "10.1.2.2"))
    came = await waits
    equal("a digest", came.data, [{"address": 0x020000000077, "port": 1}])
    await device.write([came.ack()])
    (found,) = await all_of(device, fy.P4DigestEntry("station_t"))
    equal("its configuration is read", (found.max_list_size, found.ack_timeout_ns), (1, 60 * 10**9))

    stream = device.read_idle_timeouts()
    waits = asyncio.ensure_future(first(stream))
    await asyncio.sleep(0)
    station = fy.P4TableEntry("stations", match=fy.Match(src="02:00:00:00:00:42"), action=fy.Action("known"), idle_timeout_ns=300 * 10**6)
    await device.write([+station])
    came = await waits
    equal("an idle entry", [entry.match["src"] for entry in came], [0x020000000042])


async def everything_deleted(device):
    await device.write([+fy.P4TableEntry("stations", match=fy.Match(src="02:00:00:00:00:43"), action=fy.Action("known"))])
    await device.delete_all()
    for entity in (fy.P4TableEntry(), fy.P4MulticastGroupEntry(), fy.P4CloneSessionEntry(), fy.P4ActionProfileMember("paths"), fy.P4ActionProfileGroup("paths")):
        equal(f"nothing is left: {type(entity).__name__}", await all_of(device, entity), [])


def program():
    """The number that the kernel has given the program."""
    said = subprocess.run([os.environ["P"], "status", "sw1", "--json"], capture_output=True, text=True, check=True)
    return json.loads(said.stdout)["id"]


async def restart(server):
    """The server dies and comes again: nobody pushes, nothing is lost, and who was primary is so again."""
    async with switch() as device:
        await device.write([+fy.P4TableEntry("stations", match=fy.Match(src="02:00:00:00:00:44"), action=fy.Action("known"))])
    before = program()
    server.end(signal.SIGKILL)
    server.start()
    async with switch() as device:
        check("a controller that comes again is primary", device.is_primary)
        (found,) = await all_of(device, fy.P4TableEntry("stations"))
        equal("its entries are there", found.match["src"], 0x020000000044)
        equal("it has not pushed its program again", program(), before)
        async with switch(FABRIC(initial_election_id=11)) as second:
            check("another one with a larger election id takes over", second.is_primary)
            await later("the first hears of it", lambda: asyncio.sleep(0, device.is_primary), False)
            await refused("its writes are refused", device.delete([found]), "PERMISSION_DENIED")
            await second.delete([found])
        # finsy bids with the election id of the one who has gone.
        await later("when that has gone the first one is primary again", lambda: asyncio.sleep(0, device.is_primary))
        await device.insert([found])


async def learning():
    """A controller for examples/learn: stations are learned from digests, and forgotten when they are idle."""

    async def learn(device):
        async for digest in device.read_digests("station_t"):
            for station in digest:
                source, port = station["address"], station["port"]
                known = fy.P4TableEntry("sources", match=fy.Match(src=source, port=port), action=fy.Action("known"), idle_timeout_ns=10**9)
                to = fy.P4TableEntry("destinations", match=fy.Match(dst=source), action=fy.Action("forward", port=port))
                # It may be told of again before it is known.
                for entry in (known, to):
                    await device.insert([entry], warn_only=True)
            await device.write([digest.ack()])

    async def forget(device):
        async for idle in device.read_idle_timeouts():
            for entry in idle:
                await device.delete([fy.P4TableEntry("sources", match=entry.match)])
                await device.delete([fy.P4TableEntry("destinations", match=fy.Match(dst=entry.match["src"]))])

    async def ready(device):
        await device.delete_all()
        await device.write([+fy.P4MulticastGroupEntry(1, replicas=[1, 2, 3]), +fy.P4DigestEntry("station_t", max_list_size=1, ack_timeout_ns=10**9)])
        device.create_task(learn(device))
        device.create_task(forget(device))

    device = fy.Switch("learn", ADDRESS, LEARN(ready_handler=ready, fail_fast=True))
    controller = asyncio.create_task(fy.Controller([device]).run())

    async def known():
        if not device.is_primary or not device.is_up:
            return None
        try:
            return sorted(e.match["dst"] for e in await all_of(device, fy.P4TableEntry("destinations")) if not e.is_default_action)
        except (fy.P4ClientError, ValueError):
            return None

    def between(source, to):
        return (bytes([2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, source]) + b"\x12\x34").ljust(60, b"\0")

    async def learned():
        hosts[1].send(between(1, 2))
        return await known()

    await later("a station that speaks is learned", learned, [0x020000000001])
    drain(hosts)
    hosts[3].send(between(3, 1))
    equal("a packet to it goes to its port", show(await frame_at(1)), show(between(3, 1)))
    equal("and to no other", show(await frame_at(2, 0.3)), None)
    await later("stations that are silent are forgotten", known, [])
    hosts[3].send(between(3, 1))
    for number in (1, 2):
        equal(f"a packet to it is flooded to {number}", show(await frame_at(number)), show(between(3, 1)))
    controller.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await controller


async def fabric(server):
    async with switch() as device:
        check("the controller is primary", device.is_primary)
        equal("the version", device.p4runtime_version.major, 1)
        for part in (tables, paths, cells, copies, values, packets, messages, everything_deleted):
            if not sys.argv[1:] or part.__name__ in sys.argv:
                await part(device)
    await restart(server)


async def unsuited():
    """examples/learn has no port to controllers, and this server was told to have one."""
    async with fy.P4Client(ADDRESS) as client:
        schema = fy.P4Schema(LEARN.p4info, LEARN.p4blob)
        election = fy.proto.p4r.Uint128(low=77)
        await client.send(fy.proto.p4r.StreamMessageRequest(arbitration={"device_id": 1, "election_id": election}))
        await client.receive()
        push = fy.proto.p4r.SetForwardingPipelineConfigRequest(
            device_id=1, action="VERIFY_AND_COMMIT", election_id=election, config=schema.get_pipeline_config()
        )
        await refused("a program that does not suit the ports", client.request(push), "INVALID_ARGUMENT", "--with-cpu-port")


def main():
    server = Server(*INTERFACES, "--cpu-port", "255")
    asyncio.run(fabric(server))
    asyncio.run(unsuited())
    server.end(signal.SIGTERM)
    # The devices run fabric.p4 still.
    server = Server(*INTERFACES)
    asyncio.run(learning())
    server.end()


run(main)
