"""The messages of finsy, which has P4Runtime 1.5's and Stratum's roles, are in the table that ours are held against: `finsy_messages.py fields.txt`."""

import sys

from described import of_file
from finsy.proto.google.rpc import status_pb2
from finsy.proto.p4.config.v1 import p4info_pb2, p4types_pb2
from finsy.proto.p4.v1 import p4data_pb2, p4runtime_pb2
from finsy.proto.stratum1 import p4_role_config_pb2
from support import equal, run

FILES = [p4types_pb2, p4info_pb2, p4data_pb2, p4runtime_pb2, status_pb2, p4_role_config_pb2]


def main():
    if sys.argv[1:] == ["--print"]:
        return print("\n".join(of_file(p4_role_config_pb2)))
    with open(sys.argv[1]) as table:
        ours = set(table.read().splitlines())
    for file in FILES:
        lines = of_file(file)
        equal(f"{file.DESCRIPTOR.name}: {len(lines)} fields, values and methods", [line for line in lines if line not in ours], [])


run(main)
