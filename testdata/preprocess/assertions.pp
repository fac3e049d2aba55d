#assert machine(x86)
#assert foo (a b)
#if #machine(x86) && #foo(a b) && !#foo(a) && #foo && !#foo( a  b c) && #foo( a  b )
y
#endif
#unassert foo
#if #foo
z
#endif
#unassert machine (x86)
#if #machine || #machine(x86)
z
#endif
#assert a(1)
#assert a(2)
#unassert a(1)
#if #a(2) && !#a(1)
w
#endif
