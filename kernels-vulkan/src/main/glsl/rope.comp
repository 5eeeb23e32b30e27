#version 450
// Rotates pairs of columns of every head of x in place; table holds cos and sin of the pairs of row i from i * step on.
layout(local_size_x = 64) in;
layout(push_constant) uniform P { uint xo, xs, count, heads, headWidth, offset, pairs, interleaved, step; } p;
layout(std430, binding = 0) buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer T { vec2 table[]; };
layout(std430, binding = 2) readonly buffer R { uint rows[]; };
void main() {
    uint e = (gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x) * 64u + gl_LocalInvocationID.x;
    uint pair = e % p.pairs, head = e / p.pairs % p.heads, i = e / p.pairs / p.heads;
    if (i >= p.count) return;
    uint at = p.xo + rows[i] * p.xs + head * p.headWidth + p.offset;
    uint first = at + (p.interleaved != 0u ? 2u * pair : pair), second = first + (p.interleaved != 0u ? 1u : p.pairs);
    vec2 turn = table[i * p.step + pair];
    float u = x[first], v = x[second];
    x[first] = u * turn.x - v * turn.y;
    x[second] = u * turn.y + v * turn.x;
}
