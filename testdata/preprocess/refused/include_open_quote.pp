#include "a.h
