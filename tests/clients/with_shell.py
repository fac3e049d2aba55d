"""p4runtime-shell from start to finish: fabric.p4 on three interfaces, and a host behind each."""

import contextlib
import io
import logging
import sys
import time

import p4runtime_sh.shell as sh
from p4.v1 import p4runtime_pb2
from p4runtime_sh.p4runtime import P4RuntimeClient
from support import ADDRESS, Host, Server, check, drain, equal, probe, refused, run

logging.disable(logging.CRITICAL)
CONFIG = sh.FwdPipeConfig("fabric.p4info.txtpb", "fabric.o")
INTERFACES = ("1=sw1", "2=sw2", "3=sw3", "--cpu-port", "255")
hosts = {number: Host(number) for number in (1, 2, 3)}
ONE = hosts[1].address


def connect(config=None, election=1):
    with contextlib.redirect_stdout(io.StringIO()) as said:
        sh.setup(device_id=1, grpc_addr=ADDRESS, election_id=(0, election), config=config, verbose=False)
    return said.getvalue()


def entry(table, action=None, priority=0, **match):
    made = sh.TableEntry(table)(action=action) if action else sh.TableEntry(table)
    for name, value in match.items():
        made.match[name] = value
    made.priority = priority
    return made


def entries(table):
    """Entries of a table, its default one left out."""
    return [found for found in sh.TableEntry(table).read() if not found.is_default]


def tables():
    send = entry("ingress.stations", "known", src="02:00:00:00:00:01")
    send.insert()
    (found,) = entries("ingress.stations")
    equal("what was inserted is read", (found.action.action_name, found.match["src"].exact.value), ("ingress.known", b"\x02\0\0\0\0\1"))
    refused("an entry that is there", send.insert, "ALREADY_EXISTS", "ingress.stations")
    found.action = sh.Action("ingress.learn")
    found.modify()
    equal("what was modified is read", entries("ingress.stations")[0].action.action_name, "ingress.learn")
    send.delete()
    equal("what was deleted is not there", entries("ingress.stations"), [])
    refused("an entry that is not there", send.delete, "NOT_FOUND")
    refused("the same, modified", send.modify, "NOT_FOUND")

    default = sh.TableEntry("ingress.access")(action="allow", is_default=True)
    default.modify()
    default = sh.TableEntry("ingress.access")(is_default=True)
    (found,) = default.read()
    equal("a default entry", (found.is_default, found.action.action_name), (True, "ingress.allow"))
    sh.TableEntry("ingress.access")(is_default=True).modify()
    (found,) = default.read()
    equal("a default entry without action is the program's", found.action.action_name, "NoAction")

    refused("an entry without priority", entry("ingress.access", "allow", address="1.0.0.0&&&255.0.0.0").insert, "INVALID_ARGUMENT")
    listed = entry("ingress.access", "deny", 7, address="10.1.0.0&&&255.255.0.0", flow="1..9", kind="4")
    listed.insert()
    (found,) = entries("ingress.access")
    ternary, flow, kind = found.match["address"].ternary, found.match["flow"].range, found.match["kind"].optional
    equal("a ternary key", (ternary.value, ternary.mask), (b"\x0a\1\0\0", b"\xff\xff\0\0"))
    equal("a range", (flow.low, flow.high, found.priority), (b"\1", b"\x09", 7))
    equal("an optional key", kind.value, b"\4")
    found.delete()
    equal("what was read can be deleted", entries("ingress.access"), [])


def paths():
    """Routes by members, by groups, and by sets of actions that are given with the entry."""
    for number in (2, 3):
        member = sh.ActionProfileMember("ingress.paths")(member_id=number, action="send")
        member.action["port"] = str(number)
        member.insert()
    route = entry("ingress.routes", address="10.0.0.0/8")
    route.member_id = 2
    route.insert()
    frame = probe(ONE, "10.1.2.3")
    hosts[1].send(frame)
    hosts[2].receives("a packet goes where a member says", frame)

    group = sh.ActionProfileGroup("ingress.paths")(group_id=1)
    group.add(2).add(3)
    group.insert()
    (found,) = sh.ActionProfileGroup("ingress.paths").read()
    equal("a group is read", (found.group_id, sorted(m.member_id for m in found.members)), (1, [2, 3]))
    equal("members are read", sorted(m.member_id for m in sh.ActionProfileMember("ingress.paths").read()), [2, 3])
    route = entry("ingress.routes", address="10.0.0.0/8")
    route.group_id = 1
    route.modify()
    for flow in range(32):
        hosts[1].send(probe(ONE, "10.1.2.3", flow))
    seen = {number: 0 for number in (2, 3)}
    for number in seen:
        while hosts[number].receive(0.3):
            seen[number] += 1
    check("a group spreads flows", sum(seen.values()) == 32 and min(seen.values()) > 4, seen)
    refused("a member that a group has", sh.ActionProfileMember("ingress.paths")(member_id=2).delete, "FAILED_PRECONDITION")

    once = entry("ingress.routes", address="10.2.0.0/16")
    action = sh.Action("ingress.send")
    action["port"] = "3"
    once.oneshot.add(action)
    refused("a set of actions where there are groups", once.insert, "INVALID_ARGUMENT")
    route.delete()
    group.delete()
    for member in list(sh.ActionProfileMember("ingress.paths").read()):
        member.delete()
    once.insert()
    frame = probe(ONE, "10.2.2.3")
    hosts[1].send(frame)
    hosts[3].receives("a packet goes where a set of actions says", frame)
    (found,) = entries("ingress.routes")
    equal("a set of actions is read", [each.action["port"].value for each in found.oneshot.actions], [b"\3"])


def counts():
    """Of packets that are sent for real: the route of `paths` sends them to port 3."""
    drain(hosts)
    for counter in sh.CounterEntry("ingress.kinds").read():
        counter.packet_count = counter.byte_count = 0
        counter.modify()
    (routed,) = sh.DirectCounterEntry("ingress.routed").read()
    routed.packet_count = routed.byte_count = 0
    routed.modify()
    hosts[1].send(probe(ONE, "10.2.0.1", kind=5), 7)
    for _ in range(7):
        hosts[3].receive()
    found = {c.index: (c.packet_count, c.byte_count) for c in sh.CounterEntry("ingress.kinds").read()}
    equal("all cells of a counter are read", sorted(found), list(range(16)))
    equal("a counter counts packets and bytes", {i: both for i, both in found.items() if both != (0, 0)}, {5: (7, 420)})
    (cell,) = sh.CounterEntry("ingress.kinds")(index=5).read()
    equal("one cell of a counter", (cell.index, cell.packet_count), (5, 7))
    refused("a cell that there is not", sh.CounterEntry("ingress.kinds")(index=16, packet_count=1).modify, "OUT_OF_RANGE")
    (routed,) = sh.DirectCounterEntry("ingress.routed").read()
    equal("a direct counter", (routed.packet_count, routed.byte_count), (7, 420))
    route = entry("ingress.routes", address="10.2.0.0/16")
    route.counter_data.packet_count = 0
    (found,) = route.read()
    equal("the same in its entry", found.counter_data.packet_count, 7)

    for rate in (sh.MeterEntry("ingress.flows")(index=3), None):
        if rate is None:
            listed = entry("ingress.access", "allow", 1, address="10.2.0.0&&&255.255.0.0")
            listed.insert()
            rate = sh.DirectMeterEntry("ingress.limits")
            rate.table_entry = listed
            flow = 4
        else:
            flow = 3
        rate.cir, rate.cburst, rate.pir, rate.pburst = 1, 2, 1, 4
        rate.modify()
        (found,) = rate.read()
        equal("a meter's rates", (found.cir, found.cburst, found.pir, found.pburst), (1, 2, 1, 4))
        hosts[1].send(probe(ONE, "10.2.0.2", flow), 50)
        came = 0
        while hosts[3].receive(0.3):
            came += 1
        check("a meter is red after its burst", 4 <= came <= 8, came)
    listed.delete()


def copies():
    group = sh.MulticastGroupEntry(5)
    group.add(2, 1).add(3, 2)
    group.insert()
    listed = entry("ingress.access", "replicate", 1, kind="6")
    listed.action["group"] = "5"
    listed.insert()
    frame = probe(ONE, "10.9.9.9", kind=6)
    hosts[1].send(frame)
    for number in (2, 3):
        hosts[number].receives(f"a copy at port {number}", frame)
    (found,) = sh.MulticastGroupEntry(5).read()
    equal("a multicast group is read", sorted((r.egress_port, r.instance) for r in found.replicas), [(2, 1), (3, 2)])
    group = sh.MulticastGroupEntry(5)
    group.add(2, 1)
    group.modify()
    hosts[1].send(frame)
    hosts[2].receives("a copy after the group was modified", frame)
    hosts[3].receives_nothing("none to who has left")
    group.delete()
    equal("a multicast group that was deleted", list(sh.MulticastGroupEntry().read()), [])
    listed.delete()

    session = sh.CloneSessionEntry(9)
    session.add(2, 7)
    session.packet_length_bytes = 40
    session.insert()
    listed = entry("ingress.access", "mirror", 1, kind="7")
    listed.action["session"] = "9"
    listed.insert()
    frame = probe(ONE, "10.2.9.9", kind=7)
    hosts[1].send(frame)
    hosts[2].receives("a clone, cut", frame[:40])
    hosts[3].receives("what was cloned", frame)
    (found,) = sh.CloneSessionEntry().read()
    equal("a clone session is read", (found.session_id, found.packet_length_bytes), (9, 40))
    session.delete()
    refused("a clone session that is not there", session.delete, "NOT_FOUND")
    listed.delete()


def packets():
    frame = probe(ONE, "10.2.2.2")
    sent = sh.PacketOut(frame)
    sent.metadata["egress_port"] = "2"
    sent.metadata["padding"] = "0"
    sent.send()
    hosts[2].receives("a packet-out", frame)
    hears = sh.PacketIn()
    listed = entry("ingress.access", "to_controller", 1, kind="8")
    listed.insert()
    frame = probe(ONE, "10.2.2.2", kind=8)
    hosts[1].send(frame)
    came = hears.packet_in_queue.get(timeout=5).packet
    equal("a packet-in", came.payload, frame)
    equal("its metadata", [(m.metadata_id, m.value) for m in came.metadata], [(1, b"\1"), (2, b"\0")])
    listed.delete()
    sent.metadata["egress_port"] = "2"
    del sent.metadata._md["padding"]
    sent.send()
    error = sh.client.stream_in_q["unknown"].get(timeout=5).error
    check("a packet-out without a field", "padding" in error.message and error.HasField("packet_out"), error)


def digests():
    digest = sh.DigestEntry("station_t")
    digest.ack_timeout_ns = 60 * 10**9
    digest.insert()
    (found,) = sh.DigestEntry("station_t").read()
    equal("a digest's configuration is read", found.msg().config.ack_timeout_ns, 60 * 10**9)
    waits = sh.client.stream_in_q["digest"]
    while not waits.empty():
        waits.get()

    def told(wait):
        message = sh.client.get_stream_packet("digest", timeout=wait)
        return message and message.digest

    def said(message):
        return [[m.bitstring for m in data.struct.members] for data in message.data]

    source = b"\2\0\0\0\0\x77"
    hosts[1].send(probe(source, "10.2.2.2"))
    message = told(5)
    equal("a digest", said(message), [[source, b"\1"]])
    hosts[1].send(probe(source, "10.2.2.2"))
    equal("the same is not told again before it is acknowledged", told(0.5), None)
    ack = p4runtime_pb2.StreamMessageRequest()
    ack.digest_ack.digest_id, ack.digest_ack.list_id = message.digest_id, message.list_id
    sh.client.stream_out_q.put(ack)
    time.sleep(0.3)
    hosts[1].send(probe(source, "10.2.2.2"))
    message = told(5)
    equal("afterwards it is", message and said(message), [[source, b"\1"]])
    digest.delete()
    hosts[1].send(probe(b"\2\0\0\0\0\x78", "10.2.2.2"))
    equal("nothing is told of a digest that was deleted", told(0.5), None)


def idle():
    hears = sh.IdleTimeoutNotification()
    station = entry("ingress.stations", "known", src="02:00:00:00:00:42")
    station.idle_timeout_ns = 300 * 10**6
    begun = time.monotonic()
    station.insert()
    told = hears.notification_queue.get(timeout=5).idle_timeout_notification
    took = time.monotonic() - begun
    check("an idle entry is told of in time", 0.3 <= took < 1.5, took)
    equal("which it is", [e.match[0].exact.value for e in told.table_entry], [b"\2\0\0\0\0\x42"])
    station.delete()


def nobody_else():
    """A second controller with a smaller election id may read, one with a larger one takes over."""
    first = sh.client
    update = p4runtime_pb2.Update(type=p4runtime_pb2.Update.INSERT)
    update.entity.table_entry.CopyFrom(entry("ingress.stations", "known", src="02:00:00:00:00:07").msg())
    said = connect(election=1)
    check("a controller with a smaller election id is a backup", "not the primary" in said, said)
    backup = sh.client
    refused("a backup's write", lambda: backup.write_update(update), "PERMISSION_DENIED")
    check("a backup reads", len(entries("ingress.routes")) == 1)
    said = connect(election=20)
    equal("a controller with a larger election id is primary", said, "")
    second = sh.client
    told = first.get_stream_packet("arbitration", timeout=5).arbitration
    equal("the first hears of it", (told.status.code, told.election_id.low), (6, 20))
    refused("its writes are refused", lambda: first.write_update(update), "PERMISSION_DENIED")
    second.write_update(update)
    check("those of the second are not", len(entries("ingress.stations")) == 1)
    # For `restart`.
    station = entry("ingress.stations", "known", src="02:00:00:00:00:08")
    station.metadata = b"lives longer than the server"
    station.insert()
    digest = sh.DigestEntry("station_t")
    digest.max_list_size, digest.ack_timeout_ns = 3, 10**9
    digest.insert()
    second.tear_down()
    told = first.get_stream_packet("arbitration", timeout=5).arbitration
    equal("when the second has gone there is no primary", (told.status.code, told.election_id.low), (5, 20))
    refused("the first is not primary again by itself", lambda: first.write_update(update), "PERMISSION_DENIED")
    for each in (first, backup):
        each.tear_down()


def restart(server):
    """A server that starts anew has what the last one had."""
    server.end()
    server.start()
    said = connect(election=19)
    check("an election id of before is remembered", "not the primary" in said, said)
    sh.teardown()
    said = connect(election=21)
    equal("with a larger one there is a primary", said, "")
    found = sorted(each.metadata for each in entries("ingress.stations"))
    equal("P4Info and entries are there, with metadata", found, [b"", b"lives longer than the server"])
    (digest,) = sh.DigestEntry("station_t").read()
    equal("a digest's configuration is there", digest.msg().config.max_list_size, 3)
    drain(hosts)
    frame = probe(ONE, "10.2.7.7")
    hosts[1].send(frame)
    hosts[3].receives("packets go on as before", frame)
    (found,) = entries("ingress.routes")
    equal("a set of actions is one still", [each.action["port"].value for each in found.oneshot.actions], [b"\3"])
    for table in ("ingress.stations", "ingress.routes", "ingress.access"):
        for each in entries(table):
            each.delete()
        equal(f"all of {table} is deleted", entries(table), [])
    sh.teardown()


def main():
    server = Server(*INTERFACES)
    early = P4RuntimeClient(1, ADDRESS, (0, 10))
    equal("a device without a program has no P4Info", early.get_p4info().ByteSize(), 0)
    everything = p4runtime_pb2.Entity(table_entry={})
    refused("and no tables", lambda: list(early.read_one(everything)), "FAILED_PRECONDITION")
    early.tear_down()
    connect(CONFIG, election=11)
    equal("the version", sh.APIVersion()[:2], "1.")
    for part in (tables, paths, counts, copies, packets, digests, idle, nobody_else):
        if not sys.argv[1:] or part.__name__ in sys.argv:
            part()
    restart(server)
    server.end()


run(main)
