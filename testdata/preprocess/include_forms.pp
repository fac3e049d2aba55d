#include "a.h"
#include <b.h>
#define Q "a.h"
#include Q
#define L <b
#include L.h>
#define F(x) <x.h>
#include F(b)
  #  include   "a.h" /* c */ // d
/* c */ #include "a.h"
