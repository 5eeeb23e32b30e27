#version 450
// y row row0 + r = the sum over i of factor * x of slot r * used + i.
layout(local_size_x = 256) in;
layout(push_constant) uniform P { uint xo, xs, yo, ys, columns, rows, row0, used; } p;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) buffer Y { float y[]; };
layout(std430, binding = 2) readonly buffer F { float factor[]; };
void main() {
    uint e = (gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x) * 256u + gl_LocalInvocationID.x;
    uint row = e / p.columns, column = e % p.columns;
    if (row >= p.rows) return;
    float sum = 0.0;
    for (uint slot = row * p.used; slot < (row + 1u) * p.used; slot++) sum += factor[slot] * x[p.xo + slot * p.xs + column];
    y[p.yo + (p.row0 + row) * p.ys + column] = sum;
}
