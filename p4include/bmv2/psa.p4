// PSA on bmv2's psa_switch, whose widths are the ones of psa.p4.
#include <psa.p4>
