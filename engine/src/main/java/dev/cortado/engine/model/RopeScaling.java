package dev.cortado.engine.model;

import dev.cortado.engine.backend.Rope;
import org.jspecify.annotations.Nullable;

/**
 * How rotary embeddings are stretched beyond the context they were trained on. Every method ends as frequencies and a
 * magnitude of {@link Rope}:
 *
 * <ul>
 *   <li>linear: frequencies divided by the factor (Chen et al. 2023);
 *   <li>YaRN: slow pairs divided, fast ones kept, a ramp between them, and cos and sin lengthened by 1 + 0.1 ln(factor)
 *       (Peng et al. 2023);
 *   <li>llama 3 and LongRoPE: a divisor for each pair, from a tensor (Ding et al. 2024).
 * </ul>
 *
 * <p>Keys and defaults as in llama.cpp: {@code rope.scaling.type}, {@code .factor}, {@code .original_context_length} and
 * so on.
 *
 * @param factor how many times the original context, 1 for none
 * @param yarn share of YaRN's ramp, 0 for none
 * @param originalContext tokens of the original context
 * @param magnitude factor of cos and sin in scaled layers
 * @param betaFast turns within the original context from which on a pair is kept
 * @param betaSlow turns up to which a pair is divided
 */
record RopeScaling(float factor, float yarn, int originalContext, float magnitude, float betaFast, float betaSlow) {
    /**
     * What the file says.
     *
     * @param logMultiplier DeepSeek's mscale_all_dim, 0 where the family has none
     */
    static RopeScaling of(Hyperparameters h, float logMultiplier) {
        String type = h.string("rope.scaling.type", "linear");
        boolean isYarn =
                switch (type) {
                    case "none", "linear", "longrope" -> false;
                    case "yarn" -> true;
                    default -> throw h.wrong("rope.scaling.type", "'" + type + "'", "none, linear, yarn or longrope");
                };
        float given = h.real("rope.scaling.factor", h.real("rope.scale_linear", 0));
        float factor = given == 0 || type.equals("none") ? 1 : given;
        float yarn = h.real("rope.scaling.yarn_ext_factor", -1);
        yarn = yarn >= 0 ? yarn : isYarn ? 1 : 0;
        float magnitude = h.real("rope.scaling.attn_factor", 1)
                * (yarn == 0
                        ? h.real("rope.scaling.yarn_attn_factor", 1)
                        : lengthening(factor, logMultiplier == 0 || logMultiplier == 1 ? 1 : logMultiplier)
                                / lengthening(factor, logMultiplier));
        int original = h.integer("rope.scaling.original_context_length", h.contextLength());
        return new RopeScaling(
                factor,
                yarn,
                original,
                magnitude,
                h.real("rope.scaling.yarn_beta_fast", 32),
                h.real("rope.scaling.yarn_beta_slow", 1));
    }

    /** YaRN's factor of cos and sin, equation 22: 1 + 0.1 m ln(s). */
    private static float lengthening(float factor, float multiplier) {
        return factor <= 1 ? 1 : 1 + 0.1f * multiplier * (float) Math.log(factor);
    }

    /**
     * DeepSeek's factor of q k^T on top of 1 / sqrt(width): the square of what {@code mscale_all_dim} makes of the factor.
     */
    float latentScale(float logMultiplier) {
        float lengthened = magnitude * (yarn == 0 ? lengthening(factor, 1) : 1) * lengthening(factor, logMultiplier);
        return lengthened * lengthened;
    }

    /** Rotation of the scaled kind, with a divisor for each pair or none. */
    Rope rope(Rope.Style style, int offset, int columns, float base, float @Nullable [] divisors) {
        float[] frequencies = new float[columns / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double kept = frequency(base, i, columns) / (divisors == null ? 1 : divisors[i]);
            double divided = kept / factor;
            double ramp = yarn == 0 ? 0 : yarn * ramp(i, columns, base);
            frequencies[i] = (float) (divided * (1 - ramp) + kept * ramp);
        }
        return new Rope(style, offset, frequencies, magnitude);
    }

    /** Rotation as if nothing were scaled. */
    static Rope unscaled(Rope.Style style, int offset, int columns, float base) {
        float[] frequencies = new float[columns / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) frequency(base, i, columns);
        }
        return new Rope(style, offset, frequencies, 1);
    }

    private static double frequency(float base, int pair, int columns) {
        return Math.pow(base, -2.0 * pair / columns);
    }

    /** 1 for pairs that are kept, 0 for pairs that are divided. */
    private double ramp(int pair, int columns, float base) {
        double low = Math.max(0, Math.floor(pairThatTurns(betaFast, columns, base)));
        double high = Math.min(columns - 1, Math.ceil(pairThatTurns(betaSlow, columns, base)));
        double y = (pair - low) / Math.max(0.001, high - low);
        return 1 - Math.clamp(y, 0, 1);
    }

    /** The pair that turns {@code turns} times within the original context. */
    private double pairThatTurns(float turns, int columns, float base) {
        return columns * Math.log(originalContext / (turns * 2 * Math.PI)) / (2 * Math.log(base));
    }
}
