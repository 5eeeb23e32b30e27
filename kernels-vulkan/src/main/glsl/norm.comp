#version 450
// y = norm(x) * weight + bias within groups of columns; a workgroup per row and group. x and y may be the same.
#define WG 64u
layout(local_size_x = WG) in;
layout(push_constant) uniform P { uint xo, xs, yo, ys, group, groups, rows, flags; float epsilon; } p;
#include "reduce.glsl"
#define CENTRED 1u
#define WEIGHT 2u
#define WEIGHT_PER_COLUMN 4u
#define BIAS 8u
#define BIAS_PER_COLUMN 16u
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) buffer Y { float y[]; };
layout(std430, binding = 2) readonly buffer W { float w[]; };
layout(std430, binding = 3) readonly buffer B { float b[]; };
void main() {
    uint job = gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x, row = job / p.groups, g = job % p.groups;
    if (row >= p.rows) return;
    uint from = p.xo + row * p.xs + g * p.group, to = p.yo + row * p.ys + g * p.group;
    float mean = 0.0;
    if ((p.flags & CENTRED) != 0u) {
        float sum = 0.0;
        for (uint i = gl_LocalInvocationID.x; i < p.group; i += WG) sum += x[from + i];
        mean = wgSum(sum) / float(p.group);
    }
    float squares = 0.0;
    for (uint i = gl_LocalInvocationID.x; i < p.group; i += WG) {
        float v = x[from + i] - mean;
        squares += v * v;
    }
    float factor = 1.0 / sqrt(wgSum(squares) / float(p.group) + p.epsilon);
    for (uint i = gl_LocalInvocationID.x; i < p.group; i += WG) {
        float v = (x[from + i] - mean) * factor;
        if ((p.flags & WEIGHT) != 0u) v *= w[(p.flags & WEIGHT_PER_COLUMN) != 0u ? g * p.group + i : i];
        if ((p.flags & BIAS) != 0u) v += b[(p.flags & BIAS_PER_COLUMN) != 0u ? g * p.group + i : i];
        y[to + i] = v;
    }
}
