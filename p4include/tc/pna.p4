// PNA on the kernel's traffic control (P4TC): as published, with access to the packet's metadata.
#define _PNA_TC
#include <pna.p4>
