package dev.cortado.gguf.quantization;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Fits one group of weights of IQ2 or IQ3 to {@code x = scale * sign * (2 * digit + 1)}: signs first, then for each of
 * a number of scales the nearest points of the codebook, and for the best the scale of least squares. The digits of the
 * points stand for 1, 3, 5, ... here; the decoded levels are close to a multiple of that.
 */
final class CodebookFit {
    /**
     * What differs between the formats.
     *
     * @param group weights that share a scale
     * @param evenSigns whether the number of negative signs must be even in every eight weights
     * @param start where the search for the scale starts
     * @param steps scales tried on either side of the first
     * @param step how much farther than the highest level the next one lets the largest weight reach
     * @param zero below this magnitude a group counts as zero
     * @param refine which points are chosen again for the final scale
     */
    record Shape(int group, boolean evenSigns, Start start, int steps, float step, float zero, Refine refine) {}

    /** Where the search for the scale starts. */
    enum Start {
        /** The largest weight becomes the highest level. */
        LARGEST,
        /** What rounds best without the codebook. */
        ROUNDING
    }

    /** Which points are chosen again for the final scale. */
    enum Refine {
        /** Those of weights whose rounding is no point. */
        OFF_GRID,
        /** All, if there is one of that kind or no scale was better than none. */
        ALL_IF_OFF_GRID,
        /** All. */
        ALL
    }

    private final CodebookIndex index;
    private final Shape shape;
    private final int dimensions;
    private final int top;
    private final float[] values;
    private final float[] magnitudes;
    private final float[] roots;
    private final byte[] digits;
    private final int[] tried;
    private final boolean[] triedOffGrid;
    private final boolean[] offGrid;

    /** The point of every four or eight weights. */
    final int[] points;

    /** Signs of every eight weights. */
    final int[] signs;

    CodebookFit(CodebookIndex index, Shape shape) {
        this.index = index;
        this.shape = shape;
        dimensions = index.codebook().dimensions();
        top = index.codebook().levels() - 1;
        values = new float[top + 1];
        for (int digit = 0; digit <= top; digit++) {
            values[digit] = 2 * digit + 1;
        }
        magnitudes = new float[shape.group];
        roots = new float[shape.group];
        digits = new byte[shape.group];
        points = new int[shape.group / dimensions];
        tried = new int[points.length];
        offGrid = new boolean[points.length];
        triedOffGrid = new boolean[points.length];
        signs = new int[shape.group / 8];
    }

    /** Fits the group of {@code x} from {@code from} on and returns its scale, 0 or more. */
    float fit(float[] x, int from, float[] weights) {
        Arrays.fill(points, 0);
        Arrays.fill(signs, 0);
        for (int i = 0; i < roots.length; i++) {
            roots[i] = (float) Math.sqrt(weights[i]);
        }
        int[] negative = takeSigns(x, from, weights);
        float reach = reach(weights);
        if (reach <= 0) {
            return 0;
        }
        float scale = search(reach, weights);
        scale = refine(scale, weights);
        boolean flip = scale < 0;
        for (int eight = 0; eight < signs.length; eight++) {
            signs[eight] = (flip ? ~negative[eight] : negative[eight]) & (shape.evenSigns ? 127 : 255);
        }
        return Math.abs(scale);
    }

    private int[] takeSigns(float[] x, int from, float[] weights) {
        int[] negative = new int[signs.length];
        for (int eight = 0; eight < negative.length; eight++) {
            for (int i = 8 * eight; i < 8 * eight + 8; i++) {
                boolean positive = x[from + i] >= 0;
                magnitudes[i] = positive ? x[from + i] : -x[from + i];
                negative[eight] |= positive ? 0 : 1 << i % 8;
            }
            if (shape.evenSigns && Integer.bitCount(negative[eight]) % 2 == 1) {
                int least = leastImportant(x, from, weights, 8 * eight);
                magnitudes[least] = -magnitudes[least];
                negative[eight] ^= 1 << least % 8;
            }
        }
        return negative;
    }

    private static int leastImportant(float[] x, int from, float[] weights, int first) {
        int least = first;
        float smallest = weights[first] * x[from + first] * x[from + first];
        for (int i = first + 1; i < first + 8; i++) {
            float value = weights[i] * x[from + i] * x[from + i];
            if (value < smallest) {
                smallest = value;
                least = i;
            }
        }
        return least;
    }

    /** The magnitude that becomes the highest level in the first try, or 0 when the group counts as zero. */
    private float reach(float[] weights) {
        float largest = magnitudes[0];
        for (float magnitude : magnitudes) {
            largest = magnitude > largest ? magnitude : largest;
        }
        if (largest < shape.zero) {
            return 0;
        }
        return switch (shape.start) {
            case LARGEST -> largest;
            case ROUNDING -> PositiveFit.fit(magnitudes, top + 2, weights, digits) * (top + 1);
        };
    }

    private float search(float reach, float[] weights) {
        Arrays.fill(offGrid, shape.refine == Refine.ALL_IF_OFF_GRID);
        float scale = shape.start == Start.LARGEST ? reach / values[top] : reach / (top + 1);
        float best = 0;
        for (int step = -shape.steps; step <= shape.steps; step++) {
            float inverse = (values[top] + step * shape.step) / reach;
            for (int k = 0; k < tried.length; k++) {
                choose(k, inverse, 1 / inverse, tried, triedOffGrid);
            }
            Sums sums = sums(tried, weights);
            if (sums.squares > 0 && sums.products * sums.products > best * sums.squares) {
                scale = sums.products / sums.squares;
                best = scale * sums.products;
                System.arraycopy(tried, 0, points, 0, points.length);
                System.arraycopy(triedOffGrid, 0, offGrid, 0, offGrid.length);
            }
        }
        return scale;
    }

    private float refine(float scale, float[] weights) {
        boolean all = shape.refine != Refine.OFF_GRID;
        boolean any = shape.refine == Refine.ALL;
        for (boolean off : offGrid) {
            any |= off;
        }
        if (!any || scale <= 0) {
            return scale;
        }
        for (int k = 0; k < points.length; k++) {
            if (all || offGrid[k]) {
                choose(k, 1 / scale, scale, points, triedOffGrid);
            }
        }
        Sums sums = sums(points, weights);
        return sums.squares > 0 ? sums.products / sums.squares : scale;
    }

    /** Sets the point of number {@code k}: what the magnitudes round to, or the nearest to that. */
    private void choose(int k, float inverse, float scale, int[] chosen, boolean[] off) {
        int from = k * dimensions;
        for (int i = from; i < from + dimensions; i++) {
            digits[i] = (byte) Rounding.halfEven(0.5f * (inverse * magnitudes[i] - 1), 0, top);
        }
        int key = index.key(digits, from);
        int point = index.point(key);
        off[k] = point < 0;
        chosen[k] = point < 0 ? index.nearest(key, magnitudes, from, roots, from, scale, values) : point;
    }

    private record Sums(float products, float squares) {}

    private Sums sums(int[] chosen, float[] weights) {
        byte[] all = index.codebook().digits();
        float products = 0;
        float squares = 0;
        for (int i = 0; i < magnitudes.length; i++) {
            float q = values[all[chosen[i / dimensions] * dimensions + i % dimensions]];
            products += weights[i] * magnitudes[i] * q;
            squares += weights[i] * q * q;
        }
        return new Sums(products, squares);
    }

    /** The 4-bit number that says {@code 2 * number + 1} times {@code 1 / inverse} is the scale. */
    static int scaleLevel(float scale, float inverse) {
        return Rounding.halfEven(0.5f * (inverse * scale - 1), 0, 15);
    }

    /** Writes those numbers of all scales, two to a byte, the even ones to the low halves. */
    static void putScaleLevels(MemorySegment out, long offset, float[] scales, float d) {
        for (int pair = 0; pair < scales.length / 2; pair++) {
            int low = d == 0 ? 0 : scaleLevel(scales[2 * pair], 1 / d);
            int high = d == 0 ? 0 : scaleLevel(scales[2 * pair + 1], 1 / d);
            LittleEndian.put8(out, offset + pair, low | high << 4);
        }
    }
}
