#!/usr/bin/env python3
"""manifest.py DEV: prints what tables and counters of the p4xdp program hold that a device runs. docs/manifest.md says what is read here."""
import ctypes, json, os, socket, struct, sys
libbpf = ctypes.CDLL("libbpf.so.1")
def call(function, *arguments):
    result = getattr(libbpf, function)(*arguments)
    return result if result >= 0 else sys.exit(f"{function}: {os.strerror(-result)}")
def info(fd, given=b""):  # struct bpf_prog_info, or bpf_map_info
    about, size = ctypes.create_string_buffer(given, 80), ctypes.c_uint32(80)
    call("bpf_obj_get_info_by_fd", fd, about, ctypes.byref(size))
    return about.raw
def entries(name, copies=1):  # maps by processor have a copy of each value for each of them
    fd, key_size, value_size = maps.get(name) or sys.exit(f"the program has no map {name}")
    key, value, last = ctypes.create_string_buffer(key_size), ctypes.create_string_buffer(value_size * copies), None
    while libbpf.bpf_map_get_next_key(fd, last, key) == 0:
        if libbpf.bpf_map_lookup_elem(fd, key, value) == 0:
            yield key.raw, value.raw
        last = key
def read(data, place):
    return int.from_bytes(data[place["offset"]:][:place["size"]], "big" if place["order"] == "network" else sys.byteorder)
program, ids, maps = ctypes.c_uint32(), (ctypes.c_uint32 * 64)(), {}
call("bpf_xdp_query_id", socket.if_nametoindex(sys.argv[1]), 0, ctypes.byref(program))
about = info(call("bpf_prog_get_fd_by_id", program), struct.pack("52xIQ", 64, ctypes.addressof(ids)))
for fd in [call("bpf_map_get_fd_by_id", number) for number in ids[:struct.unpack_from("52xI", about)[0]]]:
    key_size, value_size, name = struct.unpack_from("8xII8x16s", info(fd))
    maps[name.rstrip(b"\0").decode()] = fd, key_size, value_size
magic, version, length = struct.unpack_from("<8sII", data := next(entries(".rodata.p4xdp"))[1])
manifest = json.loads(data[16:16 + length]) if (magic, version) == (b"P4XDP\0\r\n", 4) else sys.exit("no manifest of version 4")
for table, layout in zip(manifest["view"]["tables"], manifest["tables"]):
    store = layout["storage"] or {"kind": "code"}
    of_key = [(key["name"], place) for key, place in zip([k for k in table["keys"] if k["match_kind"] != "selector"], layout["keys"])]
    for key, value in entries(store["map"]) if store["kind"] in ("hash", "array", "lpm_trie") and "target" not in layout else ():
        if (number := read(value, store["action"]) - (store["kind"] == "array")) >= 0:  # else an empty slot
            action = manifest["view"]["actions"][table["actions"][number]["action"]]
            args = {param["name"]: read(value, place) for param, place in zip(action["params"], layout["actions"][number])}
            keys = {name: read(key, place) for name, place in of_key}
            prefix = {"prefix": struct.unpack_from("=I", key)[0] - store["exact_bits"]} if store["kind"] == "lpm_trie" else {}
            print(json.dumps({"table": table["name"], "keys": keys, "action": action["name"], "args": args} | prefix))
for extern, cells in [(extern["name"], extern["kind"]["cells"]) for extern in manifest["externs"] if "cells" in extern["kind"]]:
    copies = libbpf.libbpf_num_possible_cpus() if cells.get("per_cpu") else 1
    for key, value in entries(cells["map"], copies) if cells["kind"] == "counter" else ():
        parts = [value[at:] for at in range(0, len(value) - cells["value_size"] + 1, cells["value_size"])]
        values = {field["name"]: sum(read(part, field["place"]) for part in parts) for field in cells["fields"]}
        index = struct.unpack("=I", key)[0] - cells["base"]
        if (cells.get("sparse") or 0 <= index < cells["size"]) and any(values.values()):
            print(json.dumps({"kind": "counter", "name": extern, "index": index, "values": values}))
