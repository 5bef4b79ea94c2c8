// The unchanged C API of zlib 1.2; see zlib.h.
#include <zlib.h>
