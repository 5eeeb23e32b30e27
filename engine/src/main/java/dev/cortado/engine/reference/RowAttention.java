package dev.cortado.engine.reference;

import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Segment;
import org.jspecify.annotations.Nullable;

/**
 * Attention of one query head of one row, as the formula says: scores, softmax, weighted sum of values.
 *
 * @param attention the layer's kind
 * @param keys the layer's keys [capacity x kvHeads * keyWidth]
 * @param values its values [capacity x kvHeads * valueWidth], or the keys where values are the head of the key
 * @param sinks per head, or null
 */
record RowAttention(
        Attention attention,
        float[] keys,
        float[] values,
        @Nullable ReferenceParameter sinks) {
    void attend(ReferenceActivations q, ReferenceActivations out, Segment segment, int rowOfSegment, int head) {
        int row = segment.row() + rowOfSegment;
        int position = segment.position() + rowOfSegment;
        int kvHead = head / (attention.heads() / attention.kvHeads());
        int first = firstKey(position);
        int last = lastKey(position, segment.position() + segment.rows());

        double[] weights = new double[last - first];
        for (int j = first; j < last; j++) {
            double dot = 0;
            for (int c = 0; c < attention.keyWidth(); c++) {
                dot += (double) q.get(row, head * attention.keyWidth() + c) * key(segment.base() + j, kvHead, c);
            }
            double score = dot * attention.scale();
            if (attention.softCap() != 0) {
                score = attention.softCap() * Math.tanh(score / attention.softCap());
            }
            weights[j - first] = score - attention.alibiSlope(head) * Math.abs(position - j);
        }
        softmax(weights, sinks == null ? Double.NEGATIVE_INFINITY : sinks.get(head));

        for (int c = 0; c < attention.valueWidth(); c++) {
            double sum = 0;
            for (int j = first; j < last; j++) {
                sum += weights[j - first] * value(segment.base() + j, kvHead, c);
            }
            out.set(row, head * attention.valueWidth() + c, (float) sum);
        }
    }

    /** First position that a query at {@code position} sees. */
    private int firstKey(int position) {
        if (attention.window() == 0) {
            return 0;
        }
        return switch (attention.mask()) {
            case CAUSAL -> Math.max(0, position - attention.window() + 1);
            case SYMMETRIC -> Math.max(0, position - attention.window() / 2);
        };
    }

    /** The position after the last one that it sees, in a sequence of {@code length} tokens. */
    private int lastKey(int position, int length) {
        return switch (attention.mask()) {
            case CAUSAL -> position + 1;
            case SYMMETRIC ->
                attention.window() == 0 ? length : (int) Math.min(length, position + attention.window() / 2 + 1L);
        };
    }

    private float key(int index, int kvHead, int column) {
        return keys[(index * attention.kvHeads() + kvHead) * attention.keyWidth() + column];
    }

    private float value(int index, int kvHead, int column) {
        int width = values == keys ? attention.keyWidth() : attention.valueWidth();
        return values[(index * attention.kvHeads() + kvHead) * width + column];
    }

    /** e^x / (sum of e^x + e^sink); the largest exponent is taken out first, so nothing overflows. */
    private static void softmax(double[] x, double sink) {
        double largest = sink;
        for (double score : x) {
            largest = Math.max(largest, score);
        }
        double sum = Math.exp(sink - largest);
        for (int j = 0; j < x.length; j++) {
            x[j] = Math.exp(x[j] - largest);
            sum += x[j];
        }
        for (int j = 0; j < x.length; j++) {
            x[j] /= sum;
        }
    }
}
