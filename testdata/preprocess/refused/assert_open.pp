#assert foo(x
