// PNA on DPDK: the draft, with IPsec; counters and meters can be told the packet's length.
#define _PNA_DPDK
#include <pna.p4>
