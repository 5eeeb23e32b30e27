#version 450
// y row i = x row rows[i].
layout(local_size_x = 256) in;
layout(push_constant) uniform P { uint xo, xs, yo, ys, columns, count; } p;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) buffer Y { float y[]; };
layout(std430, binding = 2) readonly buffer R { uint rows[]; };
void main() {
    uint e = (gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x) * 256u + gl_LocalInvocationID.x;
    uint i = e / p.columns, column = e % p.columns;
    if (i < p.count) y[p.yo + i * p.ys + column] = x[p.xo + rows[i] * p.xs + column];
}
