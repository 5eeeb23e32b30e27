package dev.cortado.engine.backend;

/** The non-linearity of a feed-forward block. */
public enum Activation {
    /** x / (1 + e^-x). */
    SILU,
    /** x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))) (Hendrycks and Gimpel 2016, the tanh form that ggml uses). */
    GELU,
    /** x/2 * (1 + erf(x / sqrt 2)). */
    GELU_ERF,
    /** max(0, x). */
    RELU,
    /** max(0, x)^2. */
    RELU_SQUARED,
    /** gpt-oss: g = min(g, 7), u = clamp(u, -7, 7): g / (1 + e^(-1.702 g)) * (u + 1). Needs a gate. */
    SWIGLU_OAI
}
