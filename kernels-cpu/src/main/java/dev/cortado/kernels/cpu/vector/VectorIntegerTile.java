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
import dev.cortado.kernels.cpu.weights.QuantizedRows;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * The integer tile in vectors: four rows times two vectors of columns, whose sums of a run and of the whole panel fit
 * into 16 registers twice over (Zen 4, 512 bits, one thread: 75 billion multiplications a second; the tile of floats
 * 55, the peak of fused multiply-adds 58). Rows that are left over are taken one by one.
 */
public final class VectorIntegerTile implements IntegerTile {
    /** Stateless. */
    public VectorIntegerTile() {}

    @Override
    public void add(
            IntegerPanel.Strips panel,
            QuantizedRows x,
            int row,
            int rows,
            int run,
            float[] sums,
            int sumsAt,
            int sumsStride) {
        for (int column = 0; column < COLUMNS; column += 2 * LANES) {
            int p = at(column, IntegerPanel.Strips.PAIRS_GAP);
            int o1 = at(column + LANES, IntegerPanel.Strips.PAIRS_GAP) - p;
            int f = at(column, IntegerPanel.Strips.RUNS_GAP);
            int f1 = at(column + LANES, IntegerPanel.Strips.RUNS_GAP) - f;
            int i = 0;
            for (; i + 4 <= rows; i += 4) {
                fourByTwo(panel, p, o1, f, f1, x, row + i, run, sums, sumsAt + i * sumsStride + column, sumsStride);
            }
            for (; i < rows; i++) {
                oneByTwo(panel, p, o1, f, f1, x, row + i, run, sums, sumsAt + i * sumsStride + column);
            }
        }
    }

    /** Where a column begins in an array whose strips are {@code gap} apart. */
    private static int at(int column, int gap) {
        return column / STRIP * gap + column % STRIP;
    }

    /** Four rows times the vectors of columns at {@code at} and {@code at + o1}. */
    private static void fourByTwo(
            IntegerPanel.Strips panel,
            int at,
            int o1,
            int factorAt,
            int factorO1,
            QuantizedRows x,
            int row,
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
        int xStride = x.columns() / 2;
        int blocks = x.columns() / 32;
        int x0 = row * (x.columns() / 2) + firstRun * pairsOfRun;
        int c1 = c0 + cStride;
        int c2 = c1 + cStride;
        int c3 = c2 + cStride;
        int firstScale = row * (x.columns() / 32);
        int runsOfRow = x.columns() / panel.run;
        int firstSum = row * runsOfRow + firstRun;
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
            int p = at + run * pairsOfRun * STRIP;
            int k = x0 + run * pairsOfRun;
            for (int i = 0; i < pairsOfRun; i++) {
                ShortVector w0 = IntVector.fromArray(I, weights, p + i * STRIP).reinterpretAsShorts();
                ShortVector w1 = IntVector.fromArray(I, weights, p + i * STRIP + o1).reinterpretAsShorts();
                ShortVector t = IntVector.broadcast(I, pairs[k + i]).reinterpretAsShorts();
                s00 = s00.add(w0.mul(t));
                s01 = s01.add(w1.mul(t));
                t = IntVector.broadcast(I, pairs[k + i + xStride]).reinterpretAsShorts();
                s10 = s10.add(w0.mul(t));
                s11 = s11.add(w1.mul(t));
                t = IntVector.broadcast(I, pairs[k + i + 2 * xStride]).reinterpretAsShorts();
                s20 = s20.add(w0.mul(t));
                s21 = s21.add(w1.mul(t));
                t = IntVector.broadcast(I, pairs[k + i + 3 * xStride]).reinterpretAsShorts();
                s30 = s30.add(w0.mul(t));
                s31 = s31.add(w1.mul(t));
            }
            FloatVector d0 = FloatVector.fromArray(F, factors, factorAt + run * STRIP);
            FloatVector d1 = FloatVector.fromArray(F, factors, factorAt + run * STRIP + factorO1);
            int scale = firstScale + (firstRun + run >> shift);
            float inputScale = scales[scale];
            IntVector sum = s00.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f00 = ((FloatVector) sum.convert(I2F, 0)).fma(d0.mul(inputScale), f00);
            sum = s01.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f01 = ((FloatVector) sum.convert(I2F, 0)).fma(d1.mul(inputScale), f01);
            inputScale = scales[scale + blocks];
            sum = s10.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f10 = ((FloatVector) sum.convert(I2F, 0)).fma(d0.mul(inputScale), f10);
            sum = s11.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f11 = ((FloatVector) sum.convert(I2F, 0)).fma(d1.mul(inputScale), f11);
            inputScale = scales[scale + 2 * blocks];
            sum = s20.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f20 = ((FloatVector) sum.convert(I2F, 0)).fma(d0.mul(inputScale), f20);
            sum = s21.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f21 = ((FloatVector) sum.convert(I2F, 0)).fma(d1.mul(inputScale), f21);
            inputScale = scales[scale + 3 * blocks];
            sum = s30.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f30 = ((FloatVector) sum.convert(I2F, 0)).fma(d0.mul(inputScale), f30);
            sum = s31.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f31 = ((FloatVector) sum.convert(I2F, 0)).fma(d1.mul(inputScale), f31);
            if (hasOffsets) {
                d0 = FloatVector.fromArray(F, offsets, factorAt + run * STRIP);
                d1 = FloatVector.fromArray(F, offsets, factorAt + run * STRIP + factorO1);
                float inputSum = inputSums[firstSum + run];
                f00 = d0.fma(FloatVector.broadcast(F, inputSum), f00);
                f01 = d1.fma(FloatVector.broadcast(F, inputSum), f01);
                inputSum = inputSums[firstSum + run + runsOfRow];
                f10 = d0.fma(FloatVector.broadcast(F, inputSum), f10);
                f11 = d1.fma(FloatVector.broadcast(F, inputSum), f11);
                inputSum = inputSums[firstSum + run + 2 * runsOfRow];
                f20 = d0.fma(FloatVector.broadcast(F, inputSum), f20);
                f21 = d1.fma(FloatVector.broadcast(F, inputSum), f21);
                inputSum = inputSums[firstSum + run + 3 * runsOfRow];
                f30 = d0.fma(FloatVector.broadcast(F, inputSum), f30);
                f31 = d1.fma(FloatVector.broadcast(F, inputSum), f31);
            }
        }
        f00.intoArray(c, c0);
        f01.intoArray(c, c0 + LANES);
        f10.intoArray(c, c1);
        f11.intoArray(c, c1 + LANES);
        f20.intoArray(c, c2);
        f21.intoArray(c, c2 + LANES);
        f30.intoArray(c, c3);
        f31.intoArray(c, c3 + LANES);
    }

    /** One row times the vectors of columns at {@code at} and {@code at + o1}. */
    private static void oneByTwo(
            IntegerPanel.Strips panel,
            int at,
            int o1,
            int factorAt,
            int factorO1,
            QuantizedRows x,
            int row,
            int firstRun,
            float[] c,
            int c0) {
        int[] weights = panel.pairs;
        float[] factors = panel.factors;
        int[] pairs = x.pairs();
        float[] scales = x.scales();
        float[] offsets = panel.offsets;
        float[] inputSums = x.scaledSums(panel.run);
        int pairsOfRun = panel.run / 2;
        boolean hasOffsets = panel.hasOffsets;
        int shift = panel.run == 16 ? 1 : 0;
        int x0 = row * (x.columns() / 2) + firstRun * pairsOfRun;
        int firstScale = row * (x.columns() / 32);
        int runsOfRow = x.columns() / panel.run;
        int firstSum = row * runsOfRow + firstRun;
        FloatVector f00 = FloatVector.fromArray(F, c, c0);
        FloatVector f01 = FloatVector.fromArray(F, c, c0 + LANES);
        for (int run = 0; run < panel.runs; run++) {
            ShortVector s00 = ShortVector.zero(S);
            ShortVector s01 = ShortVector.zero(S);
            int p = at + run * pairsOfRun * STRIP;
            int k = x0 + run * pairsOfRun;
            for (int i = 0; i < pairsOfRun; i++) {
                ShortVector w0 = IntVector.fromArray(I, weights, p + i * STRIP).reinterpretAsShorts();
                ShortVector w1 = IntVector.fromArray(I, weights, p + i * STRIP + o1).reinterpretAsShorts();
                ShortVector t = IntVector.broadcast(I, pairs[k + i]).reinterpretAsShorts();
                s00 = s00.add(w0.mul(t));
                s01 = s01.add(w1.mul(t));
            }
            FloatVector d0 = FloatVector.fromArray(F, factors, factorAt + run * STRIP);
            FloatVector d1 = FloatVector.fromArray(F, factors, factorAt + run * STRIP + factorO1);
            int scale = firstScale + (firstRun + run >> shift);
            float inputScale = scales[scale];
            IntVector sum = s00.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f00 = ((FloatVector) sum.convert(I2F, 0)).fma(d0.mul(inputScale), f00);
            sum = s01.reinterpretAsInts();
            sum = sum.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sum.lanewise(ASHR, 16));
            f01 = ((FloatVector) sum.convert(I2F, 0)).fma(d1.mul(inputScale), f01);
            if (hasOffsets) {
                d0 = FloatVector.fromArray(F, offsets, factorAt + run * STRIP);
                d1 = FloatVector.fromArray(F, offsets, factorAt + run * STRIP + factorO1);
                float inputSum = inputSums[firstSum + run];
                f00 = d0.fma(FloatVector.broadcast(F, inputSum), f00);
                f01 = d1.fma(FloatVector.broadcast(F, inputSum), f01);
            }
        }
        f00.intoArray(c, c0);
        f01.intoArray(c, c0 + LANES);
    }
}
