#TODO /* this
goes on */ and on
x
