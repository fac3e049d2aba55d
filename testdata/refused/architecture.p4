// A package of the program's own stands for no architecture.
#include <core.p4>
control C();
package Mine(C c);
control MyC() { apply { } }
Mine(MyC()) main;                               // error[E0401]
