package dev.cortado.gguf.quantization;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A super-block of Q2_K, Q4_K or Q5_K being quantised: {@code x = d * scale * q - dmin * min} with a small integer
 * scale and min for each group. First each group is fitted on its own; then scales and minimums are rounded to
 * integers; at last, when d and dmin are known as they will be read, the levels are rounded again.
 */
final class AffineGroups {
    /**
     * The geometry, and how a group is fitted where no importance is given.
     *
     * @param groups in a super-block
     * @param maxLevel largest q
     * @param maxScale largest scale and min
     * @param search scales tried
     * @param variance what the mean square of the super-block is multiplied with to weigh errors by importance
     */
    record Shape(int groups, int maxLevel, int maxScale, AffineFit.Search search, int variance) {
        int size() {
            return 256 / groups;
        }
    }

    private final Shape shape;
    private final float[] scales;
    private final float[] mins;
    private final float[] counts;
    /** q of all 256 weights. */
    final byte[] levels = new byte[256];
    /** Integer scale and min of each group. */
    final byte[] scaleLevels;

    final byte[] minLevels;
    private float d;
    private float dmin;

    /** How the errors of one group's weights count when there is no importance. */
    interface Weighing {
        void weigh(float[] x, int from, float[] weights);
    }

    AffineGroups(Shape shape, Block block, Weighing otherwise) {
        this.shape = shape;
        scales = new float[shape.groups];
        mins = new float[shape.groups];
        counts = new float[shape.groups];
        scaleLevels = new byte[shape.groups];
        minLevels = new byte[shape.groups];
        boolean important = block.importance() != null;
        fitGroups(block, important ? null : otherwise);
        d = important ? PositiveFit.fit(scales, shape.maxScale, counts, scaleLevels) : byLargest(scales, scaleLevels);
        dmin = important ? PositiveFit.fit(mins, shape.maxScale, counts, minLevels) : byLargest(mins, minLevels);
    }

    /** Scale of the integer scales. */
    float d() {
        return d;
    }

    /** Scale of the integer minimums. */
    float dmin() {
        return dmin;
    }

    private void fitGroups(Block block, @Nullable Weighing otherwise) {
        float variance = shape.variance * Block.sumOfSquares(block.x()) / 256;
        float[] weights = new float[shape.size()];
        AffineFit fit = new AffineFit(shape.size());
        AffineFit.Search search = otherwise == null ? AffineFit.Search.THOROUGH : shape.search;
        for (int group = 0; group < shape.groups; group++) {
            int from = group * shape.size();
            if (otherwise == null) {
                block.weigh(from, variance, weights);
            } else {
                otherwise.weigh(block.x(), from, weights);
            }
            for (float weight : weights) {
                counts[group] += weight;
            }
            fit.fit(block.x(), from, shape.maxLevel, weights, search);
            System.arraycopy(fit.levels, 0, levels, from, shape.size());
            scales[group] = fit.scale();
            mins[group] = fit.min();
        }
    }

    /** The largest value becomes the largest level. */
    private float byLargest(float[] values, byte[] rounded) {
        float max = 0;
        for (float value : values) {
            max = value > max ? value : max;
        }
        if (max <= 0) {
            Arrays.fill(rounded, (byte) 0);
            return 0;
        }
        float inverse = shape.maxScale / max;
        for (int i = 0; i < values.length; i++) {
            rounded[i] = (byte) Math.min(shape.maxScale, Rounding.halfEven(inverse * values[i]));
        }
        return max / shape.maxScale;
    }

    /** Rounds the levels to what {@code storedD} and {@code storedDmin}, the scales as they are read, make of them. */
    void roundAgain(float[] x, float storedD, float storedDmin) {
        for (int group = 0; group < shape.groups; group++) {
            float scale = storedD * scaleLevels[group];
            if (scale == 0) {
                continue;
            }
            float min = storedDmin * minLevels[group];
            int from = group * shape.size();
            for (int i = from; i < from + shape.size(); i++) {
                levels[i] = (byte) Rounding.halfEven((x[i] + min) / scale, 0, shape.maxLevel);
            }
        }
    }
}
