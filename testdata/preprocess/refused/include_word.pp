#include a.h
