#define F(x) <x>
#define G(x) [x]
F(1 G(
#define T 5
2
#if T == 4
no
#elif T == 5
#  if 0
no
#  else
yes T
#  endif
#endif
) T
#undef T
) T F(a
#line 100
__LINE__
)
__LINE__
