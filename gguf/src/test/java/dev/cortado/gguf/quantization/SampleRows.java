package dev.cortado.gguf.quantization;

import java.util.SplittableRandom;

/** Rows of weights of many kinds, always the same: what quantisers are compared with ggml on. */
final class SampleRows {
    static final int COLUMNS = 512;

    private final SplittableRandom random;

    private SampleRows(long seed) {
        random = new SplittableRandom(seed);
    }

    /** [rows x columns]. */
    static float[][] rows() {
        SampleRows sample = new SampleRows(20);
        float[][] rows = new float[10][COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            rows[0][i] = sample.gaussian(0.05);
            rows[1][i] = sample.gaussian(i % 37 == 0 ? 1 : 0.05);
            rows[2][i] = 0;
            rows[3][i] = i / 32 % 5 == 0 ? 0.37f : sample.gaussian(Math.pow(10, i / 32 % 7 - 4)) + i / 32 % 3 - 1;
            rows[4][i] = Math.abs(sample.gaussian(0.1));
            rows[5][i] = -1 - Math.abs(sample.gaussian(0.1));
            rows[6][i] = sample.gaussian(1e-6);
            rows[7][i] = (sample.random.nextInt(3) - 1) * 0.02f;
            rows[8][i] = sample.random.nextInt(4) == 0 ? sample.gaussian(0.3) : -0f;
            rows[9][i] = Math.scalb(sample.gaussian(1), sample.random.nextInt(24) - 16);
        }
        return rows;
    }

    /** How much an error counts, per column. */
    static float[] importance() {
        SampleRows sample = new SampleRows(21);
        float[] importance = new float[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            float root = sample.gaussian(1);
            importance[i] = i % 50 == 7 ? 0 : root * root;
        }
        return importance;
    }

    /** The sum of twelve uniform numbers: close to normal, and the same on every Java platform. */
    private float gaussian(double deviation) {
        double sum = -6;
        for (int i = 0; i < 12; i++) {
            sum += random.nextDouble();
        }
        return (float) (sum * deviation);
    }
}
