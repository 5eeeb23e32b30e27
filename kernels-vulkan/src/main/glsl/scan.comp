#version 450
// Mamba's selective scan (Gu and Dao 2023) over the rows of one segment; an invocation per channel, its state in p.states floats.
layout(local_size_x = 64) in;
layout(push_constant) uniform P { uint xo, xs, dto, dts, bo, bs, co, cs, yo, ys, channels, states, row, rows, at; } p;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer DT { float dt[]; };
layout(std430, binding = 2) readonly buffer B { float b[]; };
layout(std430, binding = 3) readonly buffer C { float c[]; };
layout(std430, binding = 4) buffer Y { float y[]; };
layout(std430, binding = 5) buffer S { float state[]; };
layout(std430, binding = 6) readonly buffer A { float a[]; };
layout(std430, binding = 7) readonly buffer D { float d[]; };
float softplus(float v) {
    float e = exp(max(-abs(v), -80.0));
    float log1p = e < 1.0e-3 ? e * (1.0 - e * (0.5 - e / 3.0)) : log(1.0 + e);
    return max(v, 0.0) + log1p;
}
void main() {
    uint channel = gl_WorkGroupID.x * 64u + gl_LocalInvocationID.x;
    if (channel >= p.channels) return;
    for (uint row = p.row; row < p.row + p.rows; row++) {
        float delta = softplus(dt[p.dto + row * p.dts + channel]), v = x[p.xo + row * p.xs + channel], sum = d[channel] * v;
        for (uint i = 0u; i < p.states; i++) {
            uint at = p.at + channel * p.states + i;
            float next = state[at] * exp(clamp(delta * a[channel * p.states + i], -80.0, 80.0)) + delta * b[p.bo + row * p.bs + i] * v;
            state[at] = next;
            sum += next * c[p.co + row * p.cs + i];
        }
        y[p.yo + row * p.ys + channel] = sum;
    }
}
