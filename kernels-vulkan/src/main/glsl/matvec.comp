#version 450
// y[n][row0 + m] = bias[m] + sum over k of W[m][k] * x[n][k], for NC rows of x and NR of W per workgroup of WG invocations.
#extension GL_EXT_control_flow_attributes : enable
layout(local_size_x = WG) in;
#if defined(INDEXED)
// The matrix of each slot is that of its expert, if it is one of p.experts from p.first on; p.share slots have a row of x.
layout(push_constant) uniform P {
    uint xo, xs, yo, ys, columns, stored, rows, row0, n, biased, allRows;
    uint first, experts, quantStep, scaleStep, share, x0;
} p;
layout(std430, binding = 5) readonly buffer C { uint chosen[]; };
#else
layout(push_constant) uniform P { uint xo, xs, yo, ys, columns, stored, rows, row0, n, biased; } p;
#endif
#define COLUMNS p.stored
#include "half.glsl"
#include "weights.glsl"
#include "reduce.glsl"
layout(std430, binding = 2) readonly buffer X { float x[]; };
layout(std430, binding = 3) buffer Y { float y[]; };
layout(std430, binding = 4) readonly buffer B { float bias[]; };

vec4 load4(uint n, uint k) {
    uint i = p.xo + n * p.xs + k;
#if defined(F32) || defined(F16) || defined(BF16) // rows of these are padded, x is not
    return vec4(k < p.columns ? x[i] : 0.0, k + 1u < p.columns ? x[i + 1u] : 0.0,
            k + 2u < p.columns ? x[i + 2u] : 0.0, k + 3u < p.columns ? x[i + 3u] : 0.0);
#else
    return vec4(x[i], x[i + 1u], x[i + 2u], x[i + 3u]);
#endif
}

void main() {
    const uint m0 = (gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x) * NR, n0 = gl_WorkGroupID.z * NC;
    if (m0 >= p.rows) return;
    uint biasAt = p.row0;
#if defined(INDEXED)
    const uint expert = chosen[n0];
    if (expert - p.first >= p.experts) return;
    quantsAt = (expert - p.first) * p.quantStep;
    scalesAt = (expert - p.first) * p.scaleStep;
    biasAt += expert * p.allRows;
#endif
    float sum[NC][NR];
    [[unroll]] for (uint c = 0u; c < NC; c++) [[unroll]] for (uint r = 0u; r < NR; r++) sum[c][r] = 0.0;
    for (uint g = gl_LocalInvocationID.x; g < p.stored / 8u; g += WG) {
        vec4 x0[NC], x1[NC];
        [[unroll]] for (uint c = 0u; c < NC; c++) {
#if defined(INDEXED)
            uint n = p.x0 + n0 / p.share;
#else
            uint n = min(n0 + c, p.n - 1u);
#endif
            x0[c] = load4(n, 8u * g);
            x1[c] = load4(n, 8u * g + 4u);
        }
        [[unroll]] for (uint r = 0u; r < NR; r++) {
            vec4 w0, w1;
            deq8(min(m0 + r, p.rows - 1u), g, w0, w1);
            [[unroll]] for (uint c = 0u; c < NC; c++) sum[c][r] += dot(x0[c], w0) + dot(x1[c], w1);
        }
    }
    [[unroll]] for (uint c = 0u; c < NC; c++) [[unroll]] for (uint r = 0u; r < NR; r++) {
        float v = wgSum(sum[c][r]);
        uint m = m0 + r;
        if (gl_LocalInvocationID.x == 0u && m < p.rows && n0 + c < p.n) {
            y[p.yo + (n0 + c) * p.ys + p.row0 + m] = p.biased != 0u ? v + bias[biasAt + m] : v;
        }
    }
}
