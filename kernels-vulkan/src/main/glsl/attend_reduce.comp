#version 450
// Puts the splits of a head's attention together, in their order; a workgroup a head of a row. See attend.comp.
#define WG 64u
layout(local_size_x = WG) in;
layout(push_constant) uniform P { uint oo, os, heads, valueWidth, splits, sinks; } p;
layout(std430, binding = 0) readonly buffer X { float part[]; }; // sums, largest score, sum of weights
layout(std430, binding = 1) buffer O { float o[]; };
layout(std430, binding = 2) readonly buffer R { uvec4 rows[]; };
layout(std430, binding = 3) readonly buffer S { float sink[]; };
void main() {
    const uint h = gl_WorkGroupID.x, pitch = p.valueWidth + 2u;
    const uint from = (gl_WorkGroupID.y * p.heads + h) * p.splits * pitch, to = p.oo + rows[gl_WorkGroupID.y].x * p.os + h * p.valueWidth;
    float m = p.sinks != 0u ? sink[h] : -1.0e30;
    for (uint s = 0u; s < p.splits; s++) m = max(m, part[from + s * pitch + p.valueWidth]);
    float l = p.sinks != 0u ? exp(max(sink[h] - m, -80.0)) : 0.0;
    for (uint s = 0u; s < p.splits; s++) {
        uint at = from + s * pitch + p.valueWidth;
        l += part[at + 1u] * exp(max(part[at] - m, -80.0));
    }
    for (uint column = gl_LocalInvocationID.x; column < p.valueWidth; column += WG) {
        float sum = 0.0;
        for (uint s = 0u; s < p.splits; s++) {
            uint at = from + s * pitch;
            sum += part[at + column] * exp(max(part[at + p.valueWidth] - m, -80.0));
        }
        o[to + column] = sum / l;
    }
}
