#if 0
a
#elif 0
b
#elif 1
c
#elif 1
d
#else
e
#endif
#if 1
f
#elif 1 / 0
g
#elif
h
#elif (
i
#endif
