// Nothing says what is to be compiled: error[E0402] without a place
#include <core.p4>
control C();
package Mine(C c);
control MyC() { apply { } }
