#version 450
// softmax(mask(cap(scale * q k^T) + bias)) v with a running maximum; a workgroup per query row and head.
#define WG 64u
#define LARGEST_KEY 1024u
#define COLUMNS_EACH 16u // columns of a value head per invocation: at most 1024 in all
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
layout(std430, binding = 4) readonly buffer R { uvec4 rows[]; }; // row, base, position, length; then a slope per head
layout(std430, binding = 5) readonly buffer S { float sink[]; };
shared float query[LARGEST_KEY];
shared float weight[WG];
shared float largest[WG];

float slope(uint h) { return uintBitsToFloat(rows[p.slopesAt + h / 4u][h & 3u]); }

void main() {
    const uint h = gl_WorkGroupID.x, t = gl_LocalInvocationID.x, kvHead = h / (p.heads / p.kvHeads);
    const uvec4 r = rows[gl_WorkGroupID.y];
    const uint base = r.y, position = r.z, length_ = r.w;
    for (uint i = t; i < p.keyWidth; i += WG) query[i] = p.scale * q[p.qo + r.x * p.qs + h * p.keyWidth + i];
    barrier();

    uint first = 0u, end = p.symmetric != 0u ? length_ : position + 1u;
    if (p.window != 0u) {
        if (p.symmetric != 0u) {
            first = position - min(position, p.window / 2u);
            end = min(length_, position + p.window / 2u + 1u);
        } else {
            first = position + 1u - min(position + 1u, p.window);
        }
    }
    const float bias = slope(h);
    float m = -1.0e30, l = 0.0, sum[COLUMNS_EACH];
    for (uint c = 0u; c < COLUMNS_EACH; c++) sum[c] = 0.0;
    if (p.sinks != 0u) {
        m = sink[h];
        l = 1.0;
    }
    for (uint k0 = first; k0 < end; k0 += WG) {
        uint j = k0 + t, at = kvHead * p.keyWidth;
        float score = -1.0e30;
        if (j < end) {
            score = 0.0;
            if ((p.keyWidth & 3u) == 0u) {
                for (uint i = 0u; i < p.keyWidth; i += 4u) {
                    score += dot(vec4(query[i], query[i + 1u], query[i + 2u], query[i + 3u]),
                            KV_LOAD4(k, base + j, p.keyStride, p.keyColumns, at + i));
                }
            } else {
                for (uint i = 0u; i < p.keyWidth; i++) {
                    score += query[i] * KV_LOAD(k, base + j, p.keyStride, p.keyColumns, at + i);
                }
            }
            if (p.cap != 0.0) score = p.cap * tanh(clamp(score / p.cap, -15.0, 15.0));
            score -= bias * abs(float(position) - float(j));
        }
        barrier();
        largest[t] = score;
        barrier();
        for (uint n = WG / 2u; n > 0u; n >>= 1) {
            if (t < n) largest[t] = max(largest[t], largest[t + n]);
            barrier();
        }
        float next = max(m, largest[0]), shrink = exp(max(m - next, -80.0));
        weight[t] = j < end ? exp(max(score - next, -80.0)) : 0.0;
        barrier();
        l *= shrink;
        for (uint c = 0u; c < COLUMNS_EACH; c++) sum[c] *= shrink;
        for (uint n = 0u; n < min(WG, end - k0); n++) {
            float w = weight[n];
            l += w;
            for (uint c = 0u; c < COLUMNS_EACH; c++) {
                uint column = t + c * WG;
                if (column >= p.valueWidth) break;
                sum[c] += w * KV_LOAD(v, base + k0 + n, p.valueStride, p.valueColumns, kvHead * p.valuePitch + column);
            }
        }
        m = next;
    }
    for (uint c = 0u; c < COLUMNS_EACH; c++) {
        uint column = t + c * WG;
        if (column < p.valueWidth) o[p.oo + r.x * p.os + h * p.valueWidth + column] = sum[c] / l;
    }
}
