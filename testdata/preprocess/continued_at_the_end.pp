a
#define X b
X \
