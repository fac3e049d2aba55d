#include <core.p4>
control C();
package Mine(C c);
control MyC() { apply {} }
Mine(MyC()) main;
