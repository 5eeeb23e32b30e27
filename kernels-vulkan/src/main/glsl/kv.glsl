// A row of the cache, in 32-bit words: F32, pairs of F16, or Q8_0 as a row's quants and then its scales.
#include "half.glsl"
#if defined(KV_F32)
#define KV_LOAD(buffer, row, stride, width, c) uintBitsToFloat(buffer[(row) * (stride) + (c)])
#define KV_LOAD4(buffer, row, stride, width, c) kvF32(buffer[(row) * (stride) + (c)], buffer[(row) * (stride) + (c) + 1u], buffer[(row) * (stride) + (c) + 2u], buffer[(row) * (stride) + (c) + 3u])
vec4 kvF32(uint a, uint b, uint c, uint d) { return uintBitsToFloat(uvec4(a, b, c, d)); }
#elif defined(KV_F16)
#define KV_LOAD(buffer, row, stride, width, c) half_(buffer[(row) * (stride) + (c) / 2u], c)
#define KV_LOAD4(buffer, row, stride, width, c) vec4(h2(buffer[(row) * (stride) + (c) / 2u]), h2(buffer[(row) * (stride) + (c) / 2u + 1u]))
#else
#define KV_LOAD(buffer, row, stride, width, c) kvQ8(buffer[(row) * (stride) + (c) / 4u], buffer[(row) * (stride) + (width) / 4u + (c) / 64u], c)
#define KV_LOAD4(buffer, row, stride, width, c) (i8x4(buffer[(row) * (stride) + (c) / 4u]) * half_(buffer[(row) * (stride) + (width) / 4u + (c) / 64u], (c) / 32u))
float kvQ8(uint q, uint d, uint c) { return float(bitfieldExtract(int(q), int(c & 3u) * 8, 8)) * half_(d, c / 32u); }
#endif
