#define F(x) <x>
F(
#include "a.h"
)
