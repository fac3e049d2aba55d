#define X a ##
