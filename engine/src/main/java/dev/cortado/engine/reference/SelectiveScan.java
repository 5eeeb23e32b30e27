package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Segment;

/**
 * Mamba's selective scan (Gu and Dao 2023, algorithm 2): a linear recurrence whose coefficients depend on the input.
 *
 * @param x [n x channels]
 * @param dt step before softplus, [n x channels]
 * @param a decay, [channels x states], negative
 * @param b input coefficients [n x states]
 * @param c output coefficients [n x states]
 * @param d skip factor per channel
 */
record SelectiveScan(
        ReferenceActivations x,
        ReferenceActivations dt,
        ReferenceParameter a,
        ReferenceActivations b,
        ReferenceActivations c,
        ReferenceParameter d) {
    /** Runs through a segment; its state [channels x states] stands in {@code state} from {@code at} before and after. */
    void run(ReferenceActivations out, Segment s, float[] state, int at) {
        int states = b.columns();
        for (int row = s.row(); row < s.row() + s.rows(); row++) {
            for (int channel = 0; channel < x.columns(); channel++) {
                double delta = Nonlinearity.softplus(dt.get(row, channel));
                double input = x.get(row, channel);
                double output = d.get(channel) * input;
                for (int i = 0; i < states; i++) {
                    int index = at + channel * states + i;
                    double decay = Math.exp(delta * a.get(channel * states + i));
                    double next = state[index] * decay + delta * b.get(row, i) * input;
                    state[index] = (float) next;
                    output += next * c.get(row, i);
                }
                out.set(row, channel, (float) output);
            }
        }
    }
}
