#include "a.h" junk
#define Q "a.h"
#include Q Q
