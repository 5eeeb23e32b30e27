package dev.cortado.contract;

/**
 * What an expert with SiLU and a gate loses when the inputs of its products are rounded to int8. Each rounded value is off
 * by at most half a step (largest magnitude of its block / 127), with a variance of step^2 / 12. The errors of x go
 * through gate, activation and down as the derivatives say; those of the hidden row go through down.
 *
 * @param gate weights of the gate, [hidden][input]
 * @param up weights beside it, [hidden][input]
 * @param down weights of the second product, [output][hidden]
 * @param block values that share a step
 */
record ExpertRounding(float[][] gate, float[][] up, float[][] down, int block) {
    /** The variance of every output for one input row. */
    double[] variances(float[] x) {
        int width = up.length;
        double[] slopeOfGate = new double[width];
        double[] slopeOfUp = new double[width];
        double[] hidden = new double[width];
        for (int j = 0; j < width; j++) {
            double g = dot(gate[j], x);
            double u = dot(up[j], x);
            double sigmoid = 1 / (1 + Math.exp(-g));
            slopeOfGate[j] = u * sigmoid * (1 + g * (1 - sigmoid));
            slopeOfUp[j] = g * sigmoid;
            hidden[j] = g * sigmoid * u;
        }
        double[] variances = new double[down.length];
        for (int c = 0; c < down.length; c++) {
            double[] slopes = new double[x.length];
            for (int j = 0; j < width; j++) {
                double ofGate = down[c][j] * slopeOfGate[j];
                double ofUp = down[c][j] * slopeOfUp[j];
                for (int i = 0; i < x.length; i++) {
                    slopes[i] += ofGate * gate[j][i] + ofUp * up[j][i];
                }
            }
            variances[c] = variance(slopes, doubles(x)) + variance(doubles(down[c]), hidden);
        }
        return variances;
    }

    /** Of the sum of slope times rounded value. */
    private double variance(double[] slopes, double[] values) {
        double sum = 0;
        for (int from = 0; from < values.length; from += block) {
            int to = Math.min(values.length, from + block);
            double largest = 0;
            double squares = 0;
            for (int i = from; i < to; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
                squares += slopes[i] * slopes[i];
            }
            double step = largest / 127;
            sum += squares * step * step / 12;
        }
        return sum;
    }

    private static double dot(float[] w, float[] x) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (double) w[i] * x[i];
        }
        return sum;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
