#include "defs.h"
ONE TWO(3) __INCLUDE_LEVEL__
