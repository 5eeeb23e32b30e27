package dev.cortado.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several threads run forward passes at the same time, each on activations of its own. */
interface ConcurrencyContract extends UnderTest {
    int[] BATCHES = {9, 1, 1, 4, 1, 1, 1, 1};

    /** A difference in the order of float sums is allowed; a mix-up of two threads is far larger. */
    @Test
    @Timeout(60)
    default void threads_do_not_disturb_each_other() throws ExecutionException, InterruptedException {
        int threads = 3;
        int rounds = 5;
        try (MiniatureModel model = new MiniatureModel(backend());
                ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<float[][]> alone = new ArrayList<>();
            for (int seed = 0; seed < threads; seed++) {
                alone.add(run(model, seed));
            }
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int seed = thread;
                running.add(executor.submit(() -> {
                    for (int round = 0; round < rounds; round++) {
                        assertClose("thread %d".formatted(seed), run(model, seed), alone.get(seed));
                    }
                }));
            }
            for (Future<?> future : running) {
                future.get();
            }
        }
    }

    /**
     * The same operations in a row as in a model: nothing that an operation leaves behind spoils a later one. The weights
     * are floats, for attention over random weights amplifies what int8 loses without bound.
     */
    @Test
    default void a_forward_pass_agrees_with_the_reference() {
        try (MiniatureModel model = new MiniatureModel(backend(), true);
                MiniatureModel exact = new MiniatureModel(reference(), true)) {
            float[][] expected = run(exact, 7);
            UnderTest.assertClose("forward", Tolerance.relative(2e-3, rms(expected)), run(model, 7), expected);
        }
    }

    private static float[][] run(MiniatureModel model, int seed) {
        try (MiniatureModel.Run run = model.new Run(20)) {
            return run.batches(seed, BATCHES);
        }
    }

    private static void assertClose(String what, float[][] found, float[][] expected) {
        UnderTest.assertClose(what, Tolerance.relative(1e-3, rms(expected)), found, expected);
    }

    private static double rms(float[][] rows) {
        double squares = 0;
        int count = 0;
        for (float[] row : rows) {
            for (float value : row) {
                squares += (double) value * value;
                count++;
            }
        }
        return Math.sqrt(squares / count);
    }
}
