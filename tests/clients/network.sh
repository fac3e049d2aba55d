# A switch's three interfaces, and a host behind each: for `space::script`.
ip link set lo up
sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
for n in 1 2 3; do
    ip link add sw$n index 100$n type veth peer name h$n index 101$n address 02:00:00:00:00:0$n
    for end in sw$n h$n; do
        ip link set $end up
        ethtool -K $end gro on tx off >/dev/null
        # Checksums are there, and packets arrive whole, which native XDP over veth needs.
    done
done
