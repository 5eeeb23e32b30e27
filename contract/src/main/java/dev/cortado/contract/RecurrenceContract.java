package dev.cortado.contract;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Convolution and selective scan: state is carried from batch to batch, and kept apart between sequences. */
interface RecurrenceContract extends UnderTest {
    /** One step of a recurrent layer on rows of a batch. */
    @FunctionalInterface
    interface Step {
        void run(Workbench bench, int from, int to, Activations out, List<Segment> segments);
    }

    @Test
    default void a_convolution_gives_the_same_in_any_split() {
        for (int width : new int[] {1, 2, 3, 4}) {
            for (int channels : new int[] {1, 10, 64}) {
                for (boolean bias : new boolean[] {true, false}) {
                    assertRecurrence(
                            "convolution of %d over %d channels".formatted(width, channels),
                            channels,
                            (width - 1) * channels,
                            convolution(width, channels, bias));
                }
            }
        }
    }

    private static Step convolution(int width, int channels, boolean bias) {
        Random random = new Random(90);
        float[][] x = Samples.gaussian(random, 40, channels);
        float[] weight = Samples.gaussian(random, channels * width);
        float[] offset = Samples.gaussian(random, channels);
        return (bench, from, to, out, segments) -> bench.backend()
                .convolve(
                        bench.input(Arrays.copyOfRange(x, from, to)),
                        bench.parameter(weight),
                        bias ? bench.parameter(offset) : null,
                        width,
                        out,
                        segments,
                        1,
                        5);
    }

    @Test
    default void a_selective_scan_gives_the_same_in_any_split() {
        for (int channels : new int[] {1, 10, 64}) {
            for (int states : new int[] {1, 3, 16}) {
                assertRecurrence(
                        "scan of %d channels, %d states".formatted(channels, states),
                        channels,
                        channels * states,
                        scan(channels, states));
            }
        }
    }

    private static Step scan(int channels, int states) {
        Random random = new Random(91);
        float[][] x = Samples.gaussian(random, 40, channels);
        float[][] dt = Samples.gaussian(random, 40, channels);
        dt[3][0] = 60; // softplus by 1 + e^x would overflow at 89
        dt[4][0] = -60;
        dt[7][0] = 95;
        float[] a = Samples.gaussian(random, channels * states);
        for (int i = 0; i < a.length; i++) {
            a[i] = -Math.abs(a[i]);
        }
        float[][] b = Samples.gaussian(random, 40, states);
        float[][] c = Samples.gaussian(random, 40, states);
        float[] d = Samples.gaussian(random, channels);
        return (bench, from, to, out, segments) -> bench.backend()
                .selectiveScan(
                        bench.input(Arrays.copyOfRange(x, from, to)),
                        bench.input(Arrays.copyOfRange(dt, from, to)),
                        bench.parameter(a),
                        bench.input(Arrays.copyOfRange(b, from, to)),
                        bench.input(Arrays.copyOfRange(c, from, to)),
                        bench.parameter(d),
                        out,
                        segments,
                        1,
                        5);
    }

    private void assertRecurrence(String what, int channels, int floats, Step step) {
        for (int[] batches : new int[][] {{1}, {9}, {3, 4}, {1, 1, 1, 1, 6}, {2, 7, 1}}) {
            assertAgreement(what + " in batches of " + Arrays.toString(batches), recurrent(), bench -> {
                KvCache cache = cache(bench, floats);
                List<float[]> results = new ArrayList<>();
                int position = 0;
                for (int rows : batches) {
                    Activations out = bench.output(rows, channels);
                    List<Segment> segments = List.of(new Segment(cache, 0, position, 0, rows));
                    step.run(bench, position, position + rows, out, segments);
                    results.addAll(List.of(bench.rows(out)));
                    position += rows;
                }
                return results.toArray(float[][]::new);
            });
        }
        assertAgreement(what + " of two sequences", recurrent(), bench -> {
            KvCache one = cache(bench, floats);
            KvCache other = cache(bench, floats);
            Activations out = bench.output(12, channels);
            step.run(bench, 0, 4, out, List.of(new Segment(one, 0, 0, 0, 4)));
            step.run(bench, 4, 16, out, List.of(new Segment(one, 0, 4, 0, 5), new Segment(other, 0, 0, 5, 7)));
            return bench.rows(out);
        });
    }

    private static KvCache cache(Workbench bench, int floats) {
        return bench.cache(
                new KvShape(new int[] {0, 0}, new int[] {0, 0}, new int[] {0, floats + 5}, KvShape.Type.F16), 40);
    }

    private Tolerance recurrent() {
        return Tolerance.relative(10 * precision(), 10);
    }
}
