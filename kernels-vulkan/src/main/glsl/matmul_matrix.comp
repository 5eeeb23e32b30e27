#version 450
// As matmul.comp with HALF, by a device's matrix units: products of 16 x 16 tiles of float16, added up in float32
// (VK_KHR_cooperative_matrix). The 16 tiles of a workgroup's 64 x 64 are divided among its subgroups of 16 to 64 invocations.
#extension GL_EXT_control_flow_attributes : enable
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_cooperative_matrix : require
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
#define PITCH 40u
#define SIDE 16u
#define TILES 16u
#define MOST 4u // tiles of a subgroup of 64 invocations
#define SHRINK 0.0625 // as in matmul.comp
shared float16_t wt[TILE * PITCH]; // [row of W][column]
shared float16_t xt[TILE * PITCH]; // [row of x][column]
shared float result[TILE * TILE]; // [row of x][row of W]

void main() {
    const uint m0 = gl_WorkGroupID.x * TILE, n0 = gl_WorkGroupID.y * TILE, t = gl_LocalInvocationID.x;
    const uint lr = t >> 2, lk = t & 3u; // what it loads: eight columns of a row of each
    const uint from = p.xo + (n0 + lr) * p.xs;
    coopmat<float, gl_ScopeSubgroup, SIDE, SIDE, gl_MatrixUseAccumulator> c[MOST];
    [[unroll]] for (uint i = 0u; i < MOST; i++) c[i] = coopmat<float, gl_ScopeSubgroup, SIDE, SIDE, gl_MatrixUseAccumulator>(0.0);
    for (uint k0 = 0u; k0 < p.stored; k0 += DEPTH) {
        vec4 lo, hi;
        deq8(min(m0 + lr, p.rows - 1u), k0 / 8u + lk, lo, hi);
        const uint k = k0 + lk * 8u, to = lr * PITCH + lk * 8u;
        float v[8];
        [[unroll]] for (uint j = 0u; j < 8u; j++) v[j] = n0 + lr < p.n && k + j < p.columns ? x[from + k + j] : 0.0;
        barrier();
        [[unroll]] for (uint j = 0u; j < 4u; j++) {
            wt[to + j] = float16_t(lo[j]);
            wt[to + 4u + j] = float16_t(hi[j]);
        }
        [[unroll]] for (uint j = 0u; j < 8u; j++) xt[to + j] = float16_t(clamp(v[j] * SHRINK, -65504.0, 65504.0));
        barrier();
        [[unroll]] for (uint d = 0u; d < DEPTH; d += SIDE) {
            [[unroll]] for (uint i = 0u; i < MOST; i++) {
                const uint tile = i * gl_NumSubgroups + gl_SubgroupID, tn = tile / 4u * SIDE, tm = tile % 4u * SIDE;
                if (tile < TILES) {
                    coopmat<float16_t, gl_ScopeSubgroup, SIDE, SIDE, gl_MatrixUseA> a;
                    coopmat<float16_t, gl_ScopeSubgroup, SIDE, SIDE, gl_MatrixUseB> b;
                    coopMatLoad(a, xt, tn * PITCH + d, PITCH, gl_CooperativeMatrixLayoutRowMajor);
                    coopMatLoad(b, wt, tm * PITCH + d, PITCH, gl_CooperativeMatrixLayoutColumnMajor);
                    c[i] = coopMatMulAdd(a, b, c[i]);
                }
            }
        }
    }
    [[unroll]] for (uint i = 0u; i < MOST; i++) {
        const uint tile = i * gl_NumSubgroups + gl_SubgroupID;
        if (tile < TILES) {
            coopMatStore(c[i], result, tile / 4u * SIDE * TILE + tile % 4u * SIDE, TILE, gl_CooperativeMatrixLayoutRowMajor);
        }
    }
    barrier();
    for (uint i = t; i < TILE * TILE; i += 256u) {
        uint n = n0 + i / TILE, m = m0 + i % TILE;
        if (n < p.n && m < p.rows) {
            float v = result[i] / SHRINK;
            y[p.yo + n * p.ys + p.row0 + m] = p.biased != 0u ? v + bias[p.row0 + m] : v;
        }
    }
}
