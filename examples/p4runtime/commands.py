# To whom nobody knows, packets go by all ports.
multicast_group_entry(1).add(1).add(2).insert()
# Two stations.
to = table_entry["learning.destinations"](action="learning.forward")
to.match["dst"], to.action["port"] = "02:00:00:00:00:01", "1"
to.insert()
to.match["dst"], to.action["port"] = "02:00:00:00:00:02", "2"
to.insert()
table_entry["learning.destinations"].read(lambda entry: print(entry))
!h1 ping -c 3 -i 0.2 -W 2 10.0.0.2
counter_entry["learning.packets"].read(lambda counter: print(counter))
exit
