#ifndef GUARD_H
#define GUARD_H
guarded
#endif
