package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.vector.Species.F;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static dev.cortado.kernels.cpu.vector.Species.S;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import dev.cortado.kernels.cpu.IntegerTile;
import dev.cortado.kernels.cpu.weights.IntegerPanel;
import dev.cortado.kernels.cpu.weights.InterleavedRows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * The integer tile in vectors: four rows times two vectors of columns, whose sums of a run and of the whole panel fit
 * into 16 registers twice over (Zen 4, one thread: 75 billion multiplications a second at 512 bits, 60 at 256; the tile of
 * floats 55 and 52, the peak of fused multiply-adds 58).
 */
public final class VectorIntegerTile implements IntegerTile {
    private static final int ROWS = InterleavedRows.ROWS;

    /** Stateless. */
    public VectorIntegerTile() {}

    @Override
    public void add(
            IntegerPanel.Room panel,
            InterleavedRows x,
            int row,
            int rows,
            int run,
            float[] sums,
            int sumsAt,
            int sumsStride) {
        for (int i = 0; i < rows; i += ROWS) {
            for (int column = 0; column < COLUMNS; column += 2 * LANES) {
                fourByTwo(panel, column, x, row + i, rows - i, run, sums, sumsAt + i * sumsStride + column, sumsStride);
            }
        }
    }

    /**
     * Four rows times the vectors of columns at {@code column} and behind it. Where less than four rows are left, what is
     * computed in place of those that are missing goes to the last row's sums, before the right ones do.
     */
    private static void fourByTwo(
            IntegerPanel.Room panel,
            int column,
            InterleavedRows x,
            int row,
            int left,
            int firstRun,
            float[] c,
            int c0,
            int cStride) {
        int[] weights = panel.pairs;
        float[] factors = panel.factors;
        int[] pairs = x.pairs();
        float[] scales = x.scales();
        float[] offsets = panel.offsets;
        float[] inputSums = x.scaledSums(panel.run);
        int pairsOfRun = panel.run / 2;
        boolean hasOffsets = panel.hasOffsets;
        int shift = panel.run == 16 ? 1 : 0;
        int x0 = row * (x.columns() / 2) + firstRun * pairsOfRun * ROWS;
        int firstScale = row * (x.columns() / 32);
        int firstSum = row * (x.columns() / panel.run) + firstRun * ROWS;
        int c1 = left > 1 ? c0 + cStride : c0;
        int c2 = left > 2 ? c1 + cStride : c1;
        int c3 = left > 3 ? c2 + cStride : c2;
        FloatVector f00 = FloatVector.fromArray(F, c, c0);
        FloatVector f01 = FloatVector.fromArray(F, c, c0 + LANES);
        FloatVector f10 = FloatVector.fromArray(F, c, c1);
        FloatVector f11 = FloatVector.fromArray(F, c, c1 + LANES);
        FloatVector f20 = FloatVector.fromArray(F, c, c2);
        FloatVector f21 = FloatVector.fromArray(F, c, c2 + LANES);
        FloatVector f30 = FloatVector.fromArray(F, c, c3);
        FloatVector f31 = FloatVector.fromArray(F, c, c3 + LANES);
        for (int run = 0; run < panel.runs; run++) {
            ShortVector s00 = ShortVector.zero(S);
            ShortVector s01 = ShortVector.zero(S);
            ShortVector s10 = ShortVector.zero(S);
            ShortVector s11 = ShortVector.zero(S);
            ShortVector s20 = ShortVector.zero(S);
            ShortVector s21 = ShortVector.zero(S);
            ShortVector s30 = ShortVector.zero(S);
            ShortVector s31 = ShortVector.zero(S);
            int p = column + run * pairsOfRun * COLUMNS;
            int k = x0 + run * pairsOfRun * ROWS;
            for (int i = 0; i < pairsOfRun; i++) {
                ShortVector w0 = IntVector.fromArray(I, weights, p + i * COLUMNS).reinterpretAsShorts();
                ShortVector w1 = IntVector.fromArray(I, weights, p + i * COLUMNS + LANES).reinterpretAsShorts();
                ShortVector t = IntVector.broadcast(I, pairs[k + i * ROWS]).reinterpretAsShorts();
                s00 = w0.mul(t).add(s00);
                s01 = w1.mul(t).add(s01);
                t = IntVector.broadcast(I, pairs[k + i * ROWS + 1]).reinterpretAsShorts();
                s10 = w0.mul(t).add(s10);
                s11 = w1.mul(t).add(s11);
                t = IntVector.broadcast(I, pairs[k + i * ROWS + 2]).reinterpretAsShorts();
                s20 = w0.mul(t).add(s20);
                s21 = w1.mul(t).add(s21);
                t = IntVector.broadcast(I, pairs[k + i * ROWS + 3]).reinterpretAsShorts();
                s30 = w0.mul(t).add(s30);
                s31 = w1.mul(t).add(s31);
            }
            FloatVector d0 = FloatVector.fromArray(F, factors, column + run * COLUMNS);
            FloatVector d1 = FloatVector.fromArray(F, factors, column + run * COLUMNS + LANES);
            int scale = firstScale + (firstRun + run >> shift) * ROWS;
            float inputScale = scales[scale];
            IntVector sum = s00.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f00 = ((FloatVector) sum.convertShape(I2F, F, 0)).fma(d0.mul(inputScale), f00);
            sum = s01.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f01 = ((FloatVector) sum.convertShape(I2F, F, 0)).fma(d1.mul(inputScale), f01);
            inputScale = scales[scale + 1];
            sum = s10.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f10 = ((FloatVector) sum.convertShape(I2F, F, 0)).fma(d0.mul(inputScale), f10);
            sum = s11.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f11 = ((FloatVector) sum.convertShape(I2F, F, 0)).fma(d1.mul(inputScale), f11);
            inputScale = scales[scale + 2];
            sum = s20.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f20 = ((FloatVector) sum.convertShape(I2F, F, 0)).fma(d0.mul(inputScale), f20);
            sum = s21.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f21 = ((FloatVector) sum.convertShape(I2F, F, 0)).fma(d1.mul(inputScale), f21);
            inputScale = scales[scale + 3];
            sum = s30.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f30 = ((FloatVector) sum.convertShape(I2F, F, 0)).fma(d0.mul(inputScale), f30);
            sum = s31.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f31 = ((FloatVector) sum.convertShape(I2F, F, 0)).fma(d1.mul(inputScale), f31);
            if (hasOffsets) {
                d0 = FloatVector.fromArray(F, offsets, column + run * COLUMNS);
                d1 = FloatVector.fromArray(F, offsets, column + run * COLUMNS + LANES);
                int sums = firstSum + run * ROWS;
                float inputSum = inputSums[sums];
                f00 = d0.fma(FloatVector.broadcast(F, inputSum), f00);
                f01 = d1.fma(FloatVector.broadcast(F, inputSum), f01);
                inputSum = inputSums[sums + 1];
                f10 = d0.fma(FloatVector.broadcast(F, inputSum), f10);
                f11 = d1.fma(FloatVector.broadcast(F, inputSum), f11);
                inputSum = inputSums[sums + 2];
                f20 = d0.fma(FloatVector.broadcast(F, inputSum), f20);
                f21 = d1.fma(FloatVector.broadcast(F, inputSum), f21);
                inputSum = inputSums[sums + 3];
                f30 = d0.fma(FloatVector.broadcast(F, inputSum), f30);
                f31 = d1.fma(FloatVector.broadcast(F, inputSum), f31);
            }
        }
        f30.intoArray(c, c3);
        f31.intoArray(c, c3 + LANES);
        f20.intoArray(c, c2);
        f21.intoArray(c, c2 + LANES);
        f10.intoArray(c, c1);
        f11.intoArray(c, c1 + LANES);
        f00.intoArray(c, c0);
        f01.intoArray(c, c0 + LANES);
    }
}
