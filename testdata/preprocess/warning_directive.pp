#warning take care, don't
x
