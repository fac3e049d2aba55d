#define F(a) #b # a #x
#define G() # x #
s F(1) G() t
