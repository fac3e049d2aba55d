_Pragma(x)
