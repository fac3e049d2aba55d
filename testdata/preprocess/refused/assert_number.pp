#assert 3(x)
