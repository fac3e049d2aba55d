// PNA on bmv2: as published, without a control before the parser.
#define _PNA_BMV2
#include <pna.p4>
