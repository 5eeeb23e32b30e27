#version 450
// softmax(mask(cap(scale * q k^T) + bias)) v with a running maximum. A workgroup takes a head and up to QUERIES neighbouring
// rows of a segment, which share what it reads of keys and values; an invocation scores a key, then sums EACH value columns.
// With SPLIT the keys of a row are divided among the workgroups in z, and attend_reduce.comp puts together what each leaves:
// its sums, their largest score and the sum of weights (Dao et al. 2023, "Flash-Decoding").
#extension GL_EXT_control_flow_attributes : enable
#define WG 64u
#define LARGEST_KEY 1024u
layout(local_size_x = WG) in;
#include "kv.glsl"
layout(push_constant) uniform P {
    uint qo, qs, oo, os;
    uint heads, kvHeads, keyWidth, valueWidth, keyStride, valueStride, keyColumns, valueColumns;
    uint valuePitch, window, symmetric, sinks, slopesAt;
    float scale, cap;
} p;
layout(std430, binding = 0) readonly buffer Q { float q[]; };
layout(std430, binding = 1) buffer O { float o[]; };
layout(std430, binding = 2) readonly buffer K { uint k[]; };
layout(std430, binding = 3) readonly buffer V { uint v[]; };
layout(std430, binding = 4) readonly buffer R { uvec4 rows[]; }; // first row, base, its position, length; then a slope per head
layout(std430, binding = 5) readonly buffer S { float sink[]; };
shared float query[QUERIES * LARGEST_KEY];
shared float weight[QUERIES * WG];
shared float largest[QUERIES * WG];

float slope(uint h) { return uintBitsToFloat(rows[p.slopesAt + h / 4u][h & 3u]); }

// First key that a query at this position sees, and the one after the last.
uint firstKey(uint position) {
    if (p.window == 0u) return 0u;
    return p.symmetric != 0u ? position - min(position, p.window / 2u) : position + 1u - min(position + 1u, p.window);
}
uint endKey(uint position, uint length_) {
    if (p.symmetric == 0u) return position + 1u;
    return p.window == 0u ? length_ : min(length_, position + p.window / 2u + 1u);
}

void main() {
    const uint h = gl_WorkGroupID.x, t = gl_LocalInvocationID.x, kvHead = h / (p.heads / p.kvHeads);
    const uvec4 r = rows[gl_WorkGroupID.y];
    const uint base = r.y, position = r.z, length_ = r.w, count = min(QUERIES, length_ - position);
    for (uint n = 0u; n < count; n++) {
        for (uint i = t; i < p.keyWidth; i += WG) {
            query[n * LARGEST_KEY + i] = p.scale * q[p.qo + (r.x + n) * p.qs + h * p.keyWidth + i];
        }
    }
    barrier();

    uint first = firstKey(position), end = endKey(position + count - 1u, length_);
#if defined(SPLIT)
    const uint splits = gl_NumWorkGroups.z, each = ((end - first + splits - 1u) / splits + WG - 1u) / WG * WG;
    first += gl_WorkGroupID.z * each;
    end = min(end, first + each);
    const bool sinks = false; // they are the reduction's
#else
    const bool sinks = p.sinks != 0u;
#endif
    const float bias = slope(h);
    float m[QUERIES], l[QUERIES], sum[QUERIES][EACH];
    [[unroll]] for (uint n = 0u; n < QUERIES; n++) {
        m[n] = sinks ? sink[h] : -1.0e30;
        l[n] = sinks ? 1.0 : 0.0;
        [[unroll]] for (uint c = 0u; c < EACH; c++) sum[n][c] = 0.0;
    }
    for (uint k0 = first; k0 < end; k0 += WG) {
        const uint j = k0 + t, at = kvHead * p.keyWidth;
        float score[QUERIES];
        [[unroll]] for (uint n = 0u; n < QUERIES; n++) score[n] = 0.0;
        if (j < end) {
            if ((p.keyWidth & 3u) == 0u) {
                for (uint i = 0u; i < p.keyWidth; i += 4u) {
                    vec4 key = KV_LOAD4(k, base + j, p.keyStride, p.keyColumns, at + i);
                    [[unroll]] for (uint n = 0u; n < QUERIES; n++) {
                        uint s = n * LARGEST_KEY + i;
                        score[n] += dot(vec4(query[s], query[s + 1u], query[s + 2u], query[s + 3u]), key);
                    }
                }
            } else {
                for (uint i = 0u; i < p.keyWidth; i++) {
                    float key = KV_LOAD(k, base + j, p.keyStride, p.keyColumns, at + i);
                    [[unroll]] for (uint n = 0u; n < QUERIES; n++) score[n] += query[n * LARGEST_KEY + i] * key;
                }
            }
        }
        barrier();
        [[unroll]] for (uint n = 0u; n < QUERIES; n++) {
            if (p.cap != 0.0) score[n] = p.cap * tanh(clamp(score[n] / p.cap, -15.0, 15.0));
            score[n] -= bias * abs(float(position + n) - float(j));
            bool seen = n < count && j >= firstKey(position + n) && j < endKey(position + n, length_);
            if (!seen) score[n] = -1.0e30;
            largest[n * WG + t] = score[n];
        }
        barrier();
        for (uint half_ = WG / 2u; half_ > 0u; half_ >>= 1) {
            if (t < half_) {
                [[unroll]] for (uint n = 0u; n < QUERIES; n++) {
                    largest[n * WG + t] = max(largest[n * WG + t], largest[n * WG + t + half_]);
                }
            }
            barrier();
        }
        [[unroll]] for (uint n = 0u; n < QUERIES; n++) {
            float next = max(m[n], largest[n * WG]), shrink = exp(max(m[n] - next, -80.0));
            weight[n * WG + t] = score[n] > -1.0e30 ? exp(max(score[n] - next, -80.0)) : 0.0;
            m[n] = next;
            l[n] *= shrink;
            [[unroll]] for (uint c = 0u; c < EACH; c++) sum[n][c] *= shrink;
        }
        barrier();
        const uint keys = min(WG, end - k0);
        [[unroll]] for (uint n = 0u; n < QUERIES; n++) {
            for (uint i = 0u; i < keys; i++) l[n] += weight[n * WG + i];
        }
        [[unroll]] for (uint c = 0u; c < EACH; c++) {
            uint column = t + c * WG;
            if (column < p.valueWidth) {
                for (uint i = 0u; i < keys; i++) {
                    float value = KV_LOAD(v, base + k0 + i, p.valueStride, p.valueColumns, kvHead * p.valuePitch + column);
                    [[unroll]] for (uint n = 0u; n < QUERIES; n++) sum[n][c] += weight[n * WG + i] * value;
                }
            }
        }
    }
#if defined(SPLIT)
    const uint to = ((gl_WorkGroupID.y * p.heads + h) * splits + gl_WorkGroupID.z) * (p.valueWidth + 2u);
    [[unroll]] for (uint c = 0u; c < EACH; c++) {
        uint column = t + c * WG;
        if (column < p.valueWidth) o[to + column] = sum[0][c];
    }
    if (t == 0u) {
        o[to + p.valueWidth] = m[0];
        o[to + p.valueWidth + 1u] = l[0];
    }
#else
    [[unroll]] for (uint n = 0u; n < QUERIES; n++) {
        [[unroll]] for (uint c = 0u; c < EACH; c++) {
            uint column = t + c * WG;
            if (n < count && column < p.valueWidth) {
                o[p.oo + (r.x + n) * p.os + h * p.valueWidth + column] = sum[n][c] / l[n];
            }
        }
    }
#endif
}
