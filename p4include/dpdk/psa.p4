// PSA on DPDK: counters and meters can be told the packet's length.
#define _PSA_DPDK
#include <psa.p4>
