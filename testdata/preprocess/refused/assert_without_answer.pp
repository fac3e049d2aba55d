#assert foo
