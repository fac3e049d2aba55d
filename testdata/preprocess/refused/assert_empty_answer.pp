#assert foo()
