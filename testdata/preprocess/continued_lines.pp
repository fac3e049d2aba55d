a\
b c\
 d
#define X 1 \
 2 \
  3
X
#def\
ine Y 4
Y /\
* c *\
/ "e\
f" +\
+
// g \
h
i
