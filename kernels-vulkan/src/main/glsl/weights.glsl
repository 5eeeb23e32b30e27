// Weight matrices as planes of 32-bit words: a = quants, s = scales where they do not fit in. See WeightLayout for what is where.
// deq8 gives the eight consecutive weights 8 * g .. 8 * g + 7 of a row of COLUMNS weights.
layout(std430, binding = 0) readonly buffer A { uvec4 a[]; };
layout(std430, binding = 1) readonly buffer S { uint s[]; };
#if defined(INDEXED) // one of many matrices at equal distances
uint quantsAt, scalesAt;
#define QUANTS(i) a[quantsAt + (i)]
#define SCALES(i) s[scalesAt + (i)]
#else
#define QUANTS(i) a[i]
#define SCALES(i) s[i]
#endif

#if defined(IQ4_NL) || defined(IQ4_XS)
const uint LEVELS[4] = {0xbfad9881u, 0xf6eaddcfu, 0x26190d01u, 0x71594535u};
float level(uint q) { return float(bitfieldExtract(int(LEVELS[q >> 2]), int(q & 3u) * 8, 8)); }
vec4 levels(uint q) { return vec4(level(q & 15u), level((q >> 8) & 15u), level((q >> 16) & 15u), level((q >> 24) & 15u)); }
#elif defined(MXFP4)
// the eight magnitudes of E2M1, doubled: 0 1 2 3 4 6 8 12; bit 3 is the sign
float level(uint q) {
    float v = float(((q & 4u) == 0u ? 0x03020100u >> ((q & 3u) * 8u) : 0x0c080604u >> ((q & 3u) * 8u)) & 255u);
    return (q & 8u) != 0u ? -v : v;
}
vec4 levels(uint q) { return vec4(level(q & 15u), level((q >> 8) & 15u), level((q >> 16) & 15u), level((q >> 24) & 15u)); }
#elif defined(Q5_0) || defined(Q5_1)
vec4 bits4(uint b) { return vec4(b & 1u, (b >> 1) & 1u, (b >> 2) & 1u, (b >> 3) & 1u); }
#elif defined(Q4_K) || defined(Q5_K)
// scale and minimum of group j; h.yzw are the twelve packed bytes
vec2 scaleMin(uvec4 h, uint j) {
    uint o = (j & 3u) * 8u, lo = (h.y >> o) & 255u, mi = (h.z >> o) & 255u, hi = (h.w >> o) & 255u;
    return j < 4u ? vec2(lo & 63u, mi & 63u) : vec2((hi & 15u) | ((lo >> 6) << 4), (hi >> 4) | ((mi >> 6) << 4));
}
#endif

void deq8(uint row, uint g, out vec4 lo, out vec4 hi) {
    const uint o = (g & 1u) * 2u; // which two of a uvec4's words
#if defined(F32)
    uint i = row * (COLUMNS / 4u) + g * 2u;
    lo = uintBitsToFloat(QUANTS(i));
    hi = uintBitsToFloat(QUANTS(i + 1u));
#elif defined(F16)
    uvec4 w = QUANTS(row * (COLUMNS / 8u) + g);
    lo = vec4(h2(w.x), h2(w.y));
    hi = vec4(h2(w.z), h2(w.w));
#elif defined(BF16)
    uvec4 w = QUANTS(row * (COLUMNS / 8u) + g);
    lo = uintBitsToFloat(uvec4(w.x << 16, w.x & 0xffff0000u, w.y << 16, w.y & 0xffff0000u));
    hi = uintBitsToFloat(uvec4(w.z << 16, w.z & 0xffff0000u, w.w << 16, w.w & 0xffff0000u));
#elif defined(Q8_0) || defined(Q4_0) || defined(Q4_1) || defined(Q5_0) || defined(Q5_1) || defined(IQ4_NL) || defined(MXFP4)
    uint b = row * (COLUMNS / 32u) + (g >> 2);
#if defined(Q8_0)
    uvec4 q = QUANTS(b * 2u + ((g >> 1) & 1u));
    float d = half_(SCALES(b >> 1), b);
    lo = d * i8x4(q[o]);
    hi = d * i8x4(q[o + 1u]);
#else
    uvec4 q = QUANTS(b);
    uint sh = (g & 2u) * 2u, x0 = (q[o] >> sh) & 0x0f0f0f0fu, x1 = (q[o + 1u] >> sh) & 0x0f0f0f0fu;
#if defined(Q4_0)
    float d = half_(SCALES(b >> 1), b);
    lo = d * (u8x4(x0) - 8.0);
    hi = d * (u8x4(x1) - 8.0);
#elif defined(Q4_1)
    vec2 dm = h2(SCALES(b));
    lo = dm.x * u8x4(x0) + dm.y;
    hi = dm.x * u8x4(x1) + dm.y;
#elif defined(Q5_0) || defined(Q5_1)
    vec2 dm = h2(SCALES(2u * b));
    uint high = SCALES(2u * b + 1u) >> ((g & 3u) * 8u);
    vec4 y0 = u8x4(x0) + 16.0 * bits4(high), y1 = u8x4(x1) + 16.0 * bits4(high >> 4);
#if defined(Q5_0)
    lo = dm.x * (y0 - 16.0);
    hi = dm.x * (y1 - 16.0);
#else
    lo = dm.x * y0 + dm.y;
    hi = dm.x * y1 + dm.y;
#endif
#elif defined(IQ4_NL)
    float d = half_(SCALES(b >> 1), b);
    lo = d * levels(x0);
    hi = d * levels(x1);
#elif defined(MXFP4)
    uint e = (SCALES(b >> 2) >> ((b & 3u) * 8u)) & 255u;
    float d = uintBitsToFloat(e < 2u ? 0x200000u << e : (e - 1u) << 23);
    lo = d * levels(x0);
    hi = d * levels(x1);
#endif
#endif
#else // blocks of 256: gi = which eight of the block, l = which sixteen of 32 bytes
    uint b = row * (COLUMNS / 256u) + (g >> 5), gi = g & 31u, l = (gi >> 1) & 1u;
#if defined(Q2_K)
    uint k = gi >> 1, sc = (QUANTS(5u * b)[k >> 2] >> ((k & 3u) * 8u)) & 255u, sh = ((gi >> 2) & 3u) * 2u;
    uvec4 q = QUANTS(5u * b + 1u + 2u * (gi >> 4) + l);
    vec2 dm = h2(SCALES(b)) * vec2(sc & 15u, sc >> 4);
    lo = dm.x * u8x4((q[o] >> sh) & 0x03030303u) - dm.y;
    hi = dm.x * u8x4((q[o + 1u] >> sh) & 0x03030303u) - dm.y;
#elif defined(Q3_K)
    uint k = gi >> 1, sh = ((gi >> 2) & 3u) * 2u, bit = gi >> 2;
    uvec4 t = QUANTS(7u * b + 6u), m = QUANTS(7u * b + l), q = QUANTS(7u * b + 2u + 2u * (gi >> 4) + l);
    uint sc = ((t[(k >> 2) & 1u] >> ((k & 3u) * 8u + (k >> 3) * 4u)) & 15u) | (((t.z >> ((k & 3u) * 8u + (k >> 2) * 2u)) & 3u) << 4);
    float d = hf(t.w & 0xffffu) * (float(sc) - 32.0);
    lo = d * (u8x4(((q[o] >> sh) & 0x03030303u) | (((m[o] >> bit) & 0x01010101u) << 2)) - 4.0);
    hi = d * (u8x4(((q[o + 1u] >> sh) & 0x03030303u) | (((m[o + 1u] >> bit) & 0x01010101u) << 2)) - 4.0);
#elif defined(Q4_K)
    uint j = gi >> 2, sh = (j & 1u) * 4u;
    uvec4 h = QUANTS(9u * b), q = QUANTS(9u * b + 1u + (j >> 1) * 2u + l);
    vec2 dm = h2(h.x) * scaleMin(h, j);
    lo = dm.x * u8x4((q[o] >> sh) & 0x0f0f0f0fu) - dm.y;
    hi = dm.x * u8x4((q[o + 1u] >> sh) & 0x0f0f0f0fu) - dm.y;
#elif defined(Q5_K)
    uint j = gi >> 2, sh = (j & 1u) * 4u;
    uvec4 h = QUANTS(11u * b), m = QUANTS(11u * b + 1u + l), q = QUANTS(11u * b + 3u + (j >> 1) * 2u + l);
    vec2 dm = h2(h.x) * scaleMin(h, j);
    lo = dm.x * u8x4(((q[o] >> sh) & 0x0f0f0f0fu) | (((m[o] >> j) & 0x01010101u) << 4)) - dm.y;
    hi = dm.x * u8x4(((q[o + 1u] >> sh) & 0x0f0f0f0fu) | (((m[o + 1u] >> j) & 0x01010101u) << 4)) - dm.y;
#elif defined(Q6_K)
    uint k = gi >> 1, sh = ((gi >> 3) & 1u) * 4u, hs = ((gi >> 2) & 3u) * 2u;
    uvec4 q = QUANTS(13u * b + 4u * (gi >> 4) + 2u * ((gi >> 2) & 1u) + l), m = QUANTS(13u * b + 8u + 2u * (gi >> 4) + l);
    float d = half_(SCALES(b >> 1), b) * float(bitfieldExtract(int(QUANTS(13u * b + 12u)[k >> 2]), int(k & 3u) * 8, 8));
    lo = d * (u8x4(((q[o] >> sh) & 0x0f0f0f0fu) | (((m[o] >> hs) & 0x03030303u) << 4)) - 32.0);
    hi = d * (u8x4(((q[o + 1u] >> sh) & 0x0f0f0f0fu) | (((m[o + 1u] >> hs) & 0x03030303u) << 4)) - 32.0);
#elif defined(IQ4_XS)
    uint j = gi >> 2, h = SCALES(2u * b), sh = l * 4u;
    uint sc = ((SCALES(2u * b + 1u) >> (4u * j)) & 15u) | (((h >> (16u + 2u * j)) & 3u) << 4);
    uvec4 q = QUANTS(8u * b + j);
    float d = hf(h & 0xffffu) * (float(sc) - 32.0);
    lo = d * levels((q[o] >> sh) & 0x0f0f0f0fu);
    hi = d * levels((q[o + 1u] >> sh) & 0x0f0f0f0fu);
#endif
#endif
}
