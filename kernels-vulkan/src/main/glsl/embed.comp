#version 450
// y[to[i]] = table row from[i], for a list of pairs (from, to); eight columns per invocation.
layout(local_size_x = 64) in;
layout(push_constant) uniform P { uint yo, ys, columns, stored, count; } p;
#define COLUMNS p.stored
#include "half.glsl"
#include "weights.glsl"
layout(std430, binding = 2) readonly buffer I { uvec2 ids[]; };
layout(std430, binding = 3) buffer Y { float y[]; };
void main() {
    uint e = (gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x) * 64u + gl_LocalInvocationID.x;
    uint groups = p.stored / 8u, i = e / groups, g = e % groups;
    if (i >= p.count) return;
    vec4 lo, hi;
    deq8(ids[i].x, g, lo, hi);
    uint to = p.yo + ids[i].y * p.ys + g * 8u;
    for (uint j = 0u; j < 4u; j++) {
        if (g * 8u + j < p.columns) y[to + j] = lo[j];
        if (g * 8u + 4u + j < p.columns) y[to + 4u + j] = hi[j];
    }
}
