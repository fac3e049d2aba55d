#ifdef X Y
a
#else z
b
#endif w
#ifndef X Y Z
c
#endif // fine
