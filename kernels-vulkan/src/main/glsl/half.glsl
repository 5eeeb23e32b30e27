// Halves as integers: right for subnormal ones whatever the device does with denormals, and no 16-bit feature is needed.
float hf(uint h) {
    uint e = (h >> 10) & 31u, m = h & 0x3ffu;
    float v = e == 0u ? float(m) * 5.9604644775390625e-8 : uintBitsToFloat(((e + 112u) << 23) | (m << 13));
    return (h & 0x8000u) != 0u ? -v : v;
}
vec2 h2(uint w) { return vec2(hf(w & 0xffffu), hf(w >> 16)); }
float half_(uint word, uint index) { return hf((index & 1u) == 0u ? word & 0xffffu : word >> 16); }

// The nearest half, ties to even, as IEEE 754 rounds.
uint toHalf(float f) {
    uint b = floatBitsToUint(f), sign = (b >> 16) & 0x8000u, a = b & 0x7fffffffu;
    if (a >= 0x47800000u) return sign | 0x7c00u; // 65536 and more
    if (a < 0x38800000u) { // below the smallest normal half: count in units of 2^-24
        uint shift = 126u - min(a >> 23, 126u), m = (a & 0x7fffffu) | 0x800000u;
        if (shift > 24u) return sign;
        uint q = m >> shift, rest = m & ((1u << shift) - 1u), middle = 1u << (shift - 1u);
        return sign | (q + (rest > middle || (rest == middle && (q & 1u) == 1u) ? 1u : 0u));
    }
    uint r = a + 0xfffu + ((a >> 13) & 1u); // may carry into the exponent, up to infinity
    return sign | ((r >> 13) - (112u << 10));
}

vec4 i8x4(uint u) {
    int s = int(u);
    return vec4(bitfieldExtract(s, 0, 8), bitfieldExtract(s, 8, 8), bitfieldExtract(s, 16, 8), bitfieldExtract(s, 24, 8));
}
vec4 u8x4(uint u) { return vec4(u & 255u, (u >> 8) & 255u, (u >> 16) & 255u, u >> 24); }
