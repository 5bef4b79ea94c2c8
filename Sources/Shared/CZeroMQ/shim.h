// The unchanged C API of libzmq 4.3; see zmq(7).
#include <zmq.h>
