#TODO: finish this
  # note: of no consequence
#define X 1
#todo don't "stop X
# 12abc
# 12 x
# "a"
#!x
#inlcude <core.p4>
#
# // c
#	/* d */
X
