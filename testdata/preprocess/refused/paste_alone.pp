#define X ##
