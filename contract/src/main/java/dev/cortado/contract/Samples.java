package dev.cortado.contract;

import java.util.Random;

/** Rows of activations. */
final class Samples {
    private Samples() {}

    static float[][] gaussian(Random random, int rows, int columns) {
        float[][] x = new float[rows][];
        for (int row = 0; row < rows; row++) {
            x[row] = gaussian(random, columns);
        }
        return x;
    }

    static float[] gaussian(Random random, int count) {
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /**
     * Whole numbers from -127 to 127, one of 127 in each 32: a backend that rounds activations to int8 loses nothing of
     * them, so its products can be compared without allowance.
     */
    static float[][] integers(Random random, int rows, int columns) {
        float[][] x = new float[rows][columns];
        for (float[] row : x) {
            for (int i = 0; i < columns; i++) {
                row[i] = i % 32 == 0 ? 127 : random.nextInt(-127, 128);
            }
        }
        return x;
    }
}
