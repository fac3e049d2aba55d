deep "here" __INCLUDE_LEVEL__
#include "near.h"
#include "a.h"
