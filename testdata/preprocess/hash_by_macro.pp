#define EMPTY
x EMPTY # define X 1
X
#define H #
x H define Y
Y
