package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Segment;
import org.jspecify.annotations.Nullable;

/**
 * Causal depthwise convolution over time.
 *
 * @param weight [channels x width], the newest row's weight last
 * @param bias per channel, or null
 * @param width rows that an output sees, itself included
 * @param channels columns
 */
record Convolution(ReferenceParameter weight, @Nullable ReferenceParameter bias, int width, int channels) {
    /** Convolves a segment; {@code state} holds the width - 1 rows before it from {@code at}, and then its last ones. */
    void run(ReferenceActivations x, ReferenceActivations out, Segment s, float[] state, int at) {
        int before = width - 1;
        for (int c = 0; c < channels; c++) {
            float[] history = new float[before + s.rows()]; // of this channel, oldest first
            for (int t = 0; t < before; t++) {
                history[t] = state[at + t * channels + c];
            }
            for (int t = 0; t < s.rows(); t++) {
                history[before + t] = x.get(s.row() + t, c);
            }
            for (int t = 0; t < s.rows(); t++) {
                double sum = bias == null ? 0 : bias.get(c);
                for (int i = 0; i < width; i++) {
                    sum += (double) weight.get(c * width + i) * history[t + i];
                }
                out.set(s.row() + t, c, (float) sum);
            }
            for (int t = 0; t < before; t++) {
                state[at + t * channels + c] = history[s.rows() + t];
            }
        }
    }
}
