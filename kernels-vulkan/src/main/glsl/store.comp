#version 450
// Rows of keys or values into the cache, in its type; an invocation per word of the row (per block of 32 in Q8_0).
layout(local_size_x = 64) in;
#include "kv.glsl"
layout(push_constant) uniform P { uint xo, xs, width, stride, count, units; } p;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) buffer C { uint cache[]; };
layout(std430, binding = 2) readonly buffer R { uvec2 rows[]; }; // row of x, index in the cache
void main() {
    uint e = (gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x) * 64u + gl_LocalInvocationID.x;
    uint i = e / p.units, unit = e % p.units;
    if (i >= p.count) return;
    uint from = p.xo + rows[i].x * p.xs, to = rows[i].y * p.stride;
#if defined(KV_F32)
    cache[to + unit] = floatBitsToUint(x[from + unit]);
#elif defined(KV_F16)
    uint second = 2u * unit + 1u < p.width ? toHalf(x[from + 2u * unit + 1u]) : 0u;
    cache[to + unit] = toHalf(x[from + 2u * unit]) | second << 16;
#else // two blocks of 32, whose scales share a word
    uint scales = 0u;
    for (uint b = 2u * unit; b < min(2u * unit + 2u, p.width / 32u); b++) {
        float largest = 0.0;
        for (uint j = 0u; j < 32u; j++) largest = max(largest, abs(x[from + b * 32u + j]));
        float d = largest / 127.0, inverse = d == 0.0 ? 0.0 : 1.0 / d;
        for (uint w = 0u; w < 8u; w++) {
            uint word = 0u;
            for (uint j = 0u; j < 4u; j++) {
                float v = x[from + b * 32u + w * 4u + j] * inverse;
                int q = int(sign(v) * floor(abs(v) + 0.5));
                word |= (uint(q) & 255u) << (8u * j);
            }
            cache[to + b * 8u + w] = word;
        }
        scales |= toHalf(d) << (16u * (b & 1u));
    }
    cache[to + p.width / 4u + unit] = scales;
#endif
}
