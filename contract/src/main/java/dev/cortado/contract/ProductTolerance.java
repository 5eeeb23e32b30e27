package dev.cortado.contract;

/**
 * What a product of weights and activations may lose: {@code precision} times the sum of |w a|, and where activations
 * are rounded to int8, what that loses. A rounded activation is off by at most half a step, with a variance of step^2 /
 * 12 (uniform); the sum over independent ones stays within eight standard deviations, and within the sum of all maxima.
 *
 * @param weights row by row
 * @param x activations, row by row
 * @param precision relative to the sum
 * @param block activations that share a step (largest magnitude / 127), 0 where they are not rounded
 */
record ProductTolerance(float[][] weights, float[][] x, double precision, int block) implements UnderTest.Tolerance {
    @Override
    public double at(int row, int column, float expected) {
        float[] w = weights[column];
        float[] a = x[row];
        double sum = 0;
        double variance = 0;
        double maximum = 0;
        double step = 0;
        for (int i = 0; i < w.length; i++) {
            sum += Math.abs((double) w[i] * a[i]);
            if (block != 0) {
                step = i % block == 0 ? step(a, i) : step;
                double error = Math.abs(w[i]) * step;
                variance += error * error / 12;
                maximum += error / 2;
            }
        }
        return precision * sum + Math.min(1.01 * maximum, 8 * Math.sqrt(variance));
    }

    private double step(float[] a, int from) {
        double largest = 0;
        for (int i = from; i < Math.min(a.length, from + block); i++) {
            largest = Math.max(largest, Math.abs(a[i]));
        }
        return largest / 127;
    }
}
