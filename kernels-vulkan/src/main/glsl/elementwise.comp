#version 450
// z = f(x, y, c), element by element; z may be x or y. Activations are f(gate = x) * up = y.
layout(local_size_x = 256) in;
layout(push_constant) uniform P { uint xo, xs, yo, ys, zo, zs, rows, columns, op; float c; } p;
layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer Y { float y[]; };
layout(std430, binding = 2) buffer Z { float z[]; };

float sigmoid(float v) { return 1.0 / (1.0 + exp(clamp(-v, -80.0, 80.0))); }
float tanh_(float v) { return tanh(clamp(v, -15.0, 15.0)); } // beyond, it is 1, and some devices overflow
// 1 - erf(v) with a relative error below 1.2e-7 (Press et al., Numerical Recipes, section 6.2)
float erfc(float v) {
    float u = abs(v), t = 1.0 / (1.0 + 0.5 * u);
    float q = t * exp(max(-80.0, -u * u - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806
            + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))))));
    return v >= 0.0 ? q : 2.0 - q;
}

float apply(float a, float b) {
    switch (p.op) {
        case 0u: return a; // COPY
        case 1u: return a + p.c * b; // ADD
        case 2u: return a * b; // MULTIPLY
        case 3u: return p.c * a; // SCALE
        case 4u: return clamp(a, -p.c, p.c); // CLAMP
        case 5u: return p.c * tanh_(a / p.c); // SOFT_CAP
        case 6u: return sigmoid(a); // SIGMOID
        case 7u: return a * sigmoid(a) * b; // SILU
        case 8u: return a * (1.0 - 1.0 / (exp(clamp(1.5957691216057308 * (a + 0.044715 * a * a * a), -80.0, 80.0)) + 1.0)) * b; // GELU
        case 9u: return 0.5 * a * erfc(-0.7071067811865476 * a) * b; // GELU_ERF
        case 10u: return max(a, 0.0) * b; // RELU
        case 11u: return max(a, 0.0) * max(a, 0.0) * b; // RELU_SQUARED
        case 12u: { // SWIGLU_OAI
            float g = min(a, 7.0);
            return g * sigmoid(1.702 * g) * (clamp(b, -7.0, 7.0) + 1.0);
        }
    }
    return 0.0;
}

void main() {
    uint e = (gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x) * 256u + gl_LocalInvocationID.x;
    uint row = e / p.columns, column = e % p.columns;
    if (row >= p.rows) return;
    float b = 1.0;
#if defined(BROADCAST_COLUMN)
    b = y[p.yo + row * p.ys];
#elif defined(BROADCAST_ROW)
    b = y[p.yo + column];
#elif defined(BINARY)
    b = y[p.yo + row * p.ys + column];
#endif
    z[p.zo + row * p.zs + column] = apply(x[p.xo + row * p.xs + column], b);
}
