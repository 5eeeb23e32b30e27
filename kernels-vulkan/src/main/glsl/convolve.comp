#version 450
// Causal depthwise convolution over the rows of one segment; an invocation per channel. The width - 1 rows before it come
// from the state, [width - 1 x channels] from float p.at on, and the last ones are left there.
layout(local_size_x = 64) in;
layout(push_constant) uniform P { uint xo, xs, yo, ys, channels, width, row, rows, at, biased; } p;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) buffer Y { float y[]; };
layout(std430, binding = 2) buffer S { float state[]; };
layout(std430, binding = 3) readonly buffer W { float weight[]; };
layout(std430, binding = 4) readonly buffer B { float bias[]; };
float history(uint t, uint c) {
    return t < p.width - 1u ? state[p.at + t * p.channels + c] : x[p.xo + (p.row + t - (p.width - 1u)) * p.xs + c];
}
void main() {
    uint c = gl_WorkGroupID.x * 64u + gl_LocalInvocationID.x;
    if (c >= p.channels) return;
    for (uint t = 0u; t < p.rows; t++) {
        float sum = p.biased != 0u ? bias[c] : 0.0;
        for (uint i = 0u; i < p.width; i++) sum += weight[c * p.width + i] * history(t + i, c);
        y[p.yo + (p.row + t) * p.ys + c] = sum;
    }
    for (uint t = 0u; t + 1u < p.width; t++) state[p.at + t * p.channels + c] = history(p.rows + t, c); // reads ahead of what it wrote
}
