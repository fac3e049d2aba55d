#ifndef GUARD
#define GUARD
#define V1MODEL_VERSION 20200408
#endif
#if V1MODEL_VERSION >= 20200408 && defined(GUARD)
standard
#endif
#undef GUARD
