#include <next.h>
#include "next.h"
#include_next <b.h>
