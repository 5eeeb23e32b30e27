#version 450
// As matvec.comp, for many rows of x: 64 x 64 tiles, 4 x 4 per invocation, 32 columns at a time in shared memory.
#extension GL_EXT_control_flow_attributes : enable
layout(local_size_x = 256) in;
layout(push_constant) uniform P { uint xo, xs, yo, ys, columns, stored, rows, row0, n, biased; } p;
#define COLUMNS p.stored
#include "half.glsl"
#include "weights.glsl"
layout(std430, binding = 2) readonly buffer X { float x[]; };
layout(std430, binding = 3) buffer Y { float y[]; };
layout(std430, binding = 4) readonly buffer B { float bias[]; };
#define TILE 64u
#define DEPTH 32u
#define PITCH 65u
shared float wt[DEPTH * PITCH]; // [column][row of W]
shared float xt[DEPTH * PITCH]; // [column][row of x]

void main() {
    const uint m0 = gl_WorkGroupID.x * TILE, n0 = gl_WorkGroupID.y * TILE, t = gl_LocalInvocationID.x;
    const uint tm = (t & 15u) * 4u, tn = (t >> 4) * 4u; // what this invocation computes
    const uint lr = t >> 2, lk = t & 3u; // what it loads: eight columns of a row of each
    vec4 c[4];
    c[0] = c[1] = c[2] = c[3] = vec4(0.0);
    for (uint k0 = 0u; k0 < p.stored; k0 += DEPTH) {
        vec4 lo, hi;
        deq8(min(m0 + lr, p.rows - 1u), k0 / 8u + lk, lo, hi);
        float v[8];
        uint k = k0 + lk * 8u, i = p.xo + (n0 + lr) * p.xs + k;
        [[unroll]] for (uint j = 0u; j < 8u; j++) v[j] = n0 + lr < p.n && k + j < p.columns ? x[i + j] : 0.0;
        barrier();
        [[unroll]] for (uint j = 0u; j < 4u; j++) {
            wt[(lk * 8u + j) * PITCH + lr] = lo[j];
            wt[(lk * 8u + 4u + j) * PITCH + lr] = hi[j];
        }
        [[unroll]] for (uint j = 0u; j < 8u; j++) xt[(lk * 8u + j) * PITCH + lr] = v[j];
        barrier();
        for (uint d = 0u; d < DEPTH; d++) {
            uint w = d * PITCH + tm, u = d * PITCH + tn;
            vec4 wv = vec4(wt[w], wt[w + 1u], wt[w + 2u], wt[w + 3u]);
            [[unroll]] for (uint j = 0u; j < 4u; j++) c[j] += wv * xt[u + j];
        }
    }
    [[unroll]] for (uint j = 0u; j < 4u; j++) [[unroll]] for (uint i = 0u; i < 4u; i++) {
        uint n = n0 + tn + j, m = m0 + tm + i;
        if (n < p.n && m < p.rows) {
            y[p.yo + n * p.ys + p.row0 + m] = p.biased != 0u ? c[j][i] + bias[p.row0 + m] : c[j][i];
        }
    }
}
