# 1 "other.p4"
# 12 "other.p4" 2 3
a __LINE__
