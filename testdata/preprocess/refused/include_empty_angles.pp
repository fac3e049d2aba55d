#include <>
