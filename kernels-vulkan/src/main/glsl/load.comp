#version 450
// Rows of the cache as floats: y[i] = row p.from + i.
layout(local_size_x = 64) in;
#include "kv.glsl"
layout(push_constant) uniform P { uint from, width, stride, count; } p;
layout(std430, binding = 0) readonly buffer C { uint cache[]; };
layout(std430, binding = 1) buffer Y { float y[]; };
void main() {
    uint e = (gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x) * 64u + gl_LocalInvocationID.x;
    uint i = e / p.width, c = e % p.width;
    if (i < p.count) y[e] = KV_LOAD(cache, p.from + i, p.stride, p.width, c);
}
