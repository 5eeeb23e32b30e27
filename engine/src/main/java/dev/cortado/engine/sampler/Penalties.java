package dev.cortado.engine.sampler;

import java.util.Arrays;

/**
 * Makes tokens less likely that were chosen lately. Per distinct token in the window of the last {@code lastN}:
 * a logit above 0 is divided by {@code repeat}, another multiplied with it (Keskar et al., 2019, CTRL), then
 * {@code count * frequency + presence} is taken off.
 */
public final class Penalties {
    private final float repeat;
    private final float frequency;
    private final float presence;
    private final int[] window;
    private int accepted;
    private int[] counts = new int[0];

    /** @param lastN size of the window in tokens; 0 or less switches all penalties off */
    public Penalties(int lastN, float repeat, float frequency, float presence) {
        if (!(repeat > 0)) {
            throw new IllegalArgumentException("repeat penalty must be positive, got " + repeat);
        }
        boolean idle = repeat == 1 && frequency == 0 && presence == 0;
        this.window = new int[idle ? 0 : Math.max(0, lastN)];
        this.repeat = repeat;
        this.frequency = frequency;
        this.presence = presence;
    }

    /** Changes the logits of the tokens in the window. */
    public void apply(float[] logits) {
        int filled = Math.min(accepted, window.length);
        for (int i = 0; i < filled; i++) {
            int token = window[i];
            int count = counts[token];
            if (count > 0) {
                float logit = logits[token];
                logit = logit <= 0 ? logit * repeat : logit / repeat;
                logits[token] = logit - (count * frequency + presence);
                counts[token] = -count; // done; the sign comes back below
            }
        }
        for (int i = 0; i < filled; i++) {
            counts[window[i]] = Math.abs(counts[window[i]]);
        }
    }

    /** A token was chosen. */
    public void accept(int token) {
        if (window.length == 0) {
            return;
        }
        if (token >= counts.length) {
            counts = Arrays.copyOf(counts, Math.max(token + 1, counts.length * 2));
        }
        int slot = accepted % window.length;
        if (accepted >= window.length) {
            counts[window[slot]]--;
        }
        window[slot] = token;
        counts[token]++;
        accepted = accepted + 1 < 0 ? window.length : accepted + 1;
    }
}
