#version 450
// As matvec.comp, for many rows of x: 64 x 64 tiles, 4 x 4 per invocation, 32 columns at a time in shared memory.
// With HALF tiles are float16, and products of two such numbers are added up in float32, where each is exact: sums in float16
// lost more than twice as much as the tiles do. x is made smaller by SHRINK, so that no activation leaves float16's range.
#extension GL_EXT_control_flow_attributes : enable
#if defined(HALF)
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#define REAL float16_t
#define SHRINK 0.0625
#else
#define REAL float
#define SHRINK 1.0
#endif
layout(local_size_x = 256) in;
#if defined(INDEXED)
// A group in z per expert of p.experts from p.first on, whose slots begin in list at list[expert] and end at the next one's;
// p.share slots have a row of x.
layout(push_constant) uniform P {
    uint xo, xs, yo, ys, columns, stored, rows, row0, n, biased, allRows;
    uint first, experts, quantStep, scaleStep, share, x0;
} p;
layout(std430, binding = 5) readonly buffer L { uint list[]; };
#else
layout(push_constant) uniform P { uint xo, xs, yo, ys, columns, stored, rows, row0, n, biased; } p;
#endif
#define COLUMNS p.stored
#include "half.glsl"
#include "weights.glsl"
layout(std430, binding = 2) readonly buffer X { float x[]; };
layout(std430, binding = 3) buffer Y { float y[]; };
layout(std430, binding = 4) readonly buffer B { float bias[]; };
#define TILE 64u
#define DEPTH 32u
#define PITCH 65u
#if defined(HALF)
#define LIMIT(v) clamp((v) * SHRINK, -65504.0, 65504.0)
#else
#define LIMIT(v) (v)
#endif
shared REAL wt[DEPTH * PITCH]; // [column][row of W]
shared REAL xt[DEPTH * PITCH]; // [column][row of x]

void main() {
    const uint m0 = gl_WorkGroupID.x * TILE, n0 = gl_WorkGroupID.y * TILE, t = gl_LocalInvocationID.x;
    const uint tm = (t & 15u) * 4u, tn = (t >> 4) * 4u; // what this invocation computes
    const uint lr = t >> 2, lk = t & 3u; // what it loads: eight columns of a row of each
    uint count = p.n, biasAt = p.row0;
#if defined(INDEXED)
    const uint expert = p.first + gl_WorkGroupID.z, begin = list[expert];
    count = list[expert + 1u] - begin;
    if (n0 >= count) return;
    quantsAt = gl_WorkGroupID.z * p.quantStep;
    scalesAt = gl_WorkGroupID.z * p.scaleStep;
    biasAt += expert * p.allRows;
#define SLOT(n) list[begin + (n)]
#define X_ROW(n) (p.x0 + SLOT(min(n, count - 1u)) / p.share)
#else
#define SLOT(n) (n)
#define X_ROW(n) (n)
#endif
    const uint from = p.xo + X_ROW(n0 + lr) * p.xs;
    vec4 c[4];
    c[0] = c[1] = c[2] = c[3] = vec4(0.0);
    for (uint k0 = 0u; k0 < p.stored; k0 += DEPTH) {
        vec4 lo, hi;
        deq8(min(m0 + lr, p.rows - 1u), k0 / 8u + lk, lo, hi);
        float v[8];
        uint k = k0 + lk * 8u;
        [[unroll]] for (uint j = 0u; j < 8u; j++) v[j] = n0 + lr < count && k + j < p.columns ? x[from + k + j] : 0.0;
        barrier();
        [[unroll]] for (uint j = 0u; j < 4u; j++) {
            wt[(lk * 8u + j) * PITCH + lr] = REAL(lo[j]);
            wt[(lk * 8u + 4u + j) * PITCH + lr] = REAL(hi[j]);
        }
        [[unroll]] for (uint j = 0u; j < 8u; j++) xt[(lk * 8u + j) * PITCH + lr] = REAL(LIMIT(v[j]));
        barrier();
        for (uint d = 0u; d < DEPTH; d++) {
            uint w = d * PITCH + tm, u = d * PITCH + tn;
            vec4 wv = vec4(wt[w], wt[w + 1u], wt[w + 2u], wt[w + 3u]);
            [[unroll]] for (uint j = 0u; j < 4u; j++) c[j] += wv * float(xt[u + j]);
        }
    }
    [[unroll]] for (uint j = 0u; j < 4u; j++) [[unroll]] for (uint i = 0u; i < 4u; i++) {
        uint n = n0 + tn + j, m = m0 + tm + i;
        if (n < count && m < p.rows) {
            float v = c[j][i] / SHRINK;
            y[p.yo + SLOT(n) * p.ys + p.row0 + m] = p.biased != 0u ? v + bias[biasAt + m] : v;
        }
    }
}
