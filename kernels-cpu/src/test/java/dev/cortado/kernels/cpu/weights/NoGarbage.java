package dev.cortado.kernels.cpu.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.repack.Layout;
import dev.cortado.kernels.cpu.startup.VectorModule;
import dev.cortado.kernels.cpu.startup.Warmup;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A compiled kernel allocates nothing. C2 puts a vector on the heap wherever it loses track of it, and is then ten times
 * slower or worse; this notices each such loss.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class NoGarbage {
    private static final int ROWS = 5 * 16;
    private static final int COLUMNS = 2048;
    private static final int TOKENS = 5;
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Warmup warmup = new Warmup();
    final Kernels kernels = new Kernels(Kernels.Choice.BRIDGED, warmup);
    private final boolean repack;

    NoGarbage(boolean repack) {
        this.repack = repack;
    }

    /** The types whose kernels are tested. */
    abstract List<TensorType> types();

    /** All warm-ups at once, so that the compiler never waits for a profile. */
    @BeforeAll
    void beginWarmup() {
        for (TensorType type : types()) {
            matrix(type).close();
        }
    }

    @AfterAll
    void endWarmup() {
        warmup.close();
    }

    @ParameterizedTest
    @MethodSource("types")
    void products_and_panels_allocate_nothing(TensorType type) {
        try (CpuMatrix matrix = matrix(type)) {
            float[] x = new float[TOKENS * COLUMNS];
            float[] y = new float[TOKENS * ROWS];
            float[] panel = new float[IntegerPanel.DEPTH * Panel.ROWS];
            IntegerPanel.Room integers = new IntegerPanel.Room();
            Inputs inputs = new Inputs();
            Scratch scratch = new Scratch();
            float[] sums = new float[TOKENS * ROWS];
            long end = System.nanoTime() + PATIENCE.toNanos();
            long allocated;
            do {
                allocated = allocated(() -> {
                    // five for the kernels for several, one for those for one
                    for (int tokens = TOKENS; tokens > 0; tokens -= 4) {
                        inputs.set(x, 0, COLUMNS, tokens, COLUMNS);
                        matrix.prepare(inputs);
                        matrix.multiply(inputs, 0, ROWS, y, 0, ROWS, scratch);
                    }
                    ProductByEight eight = matrix.eight();
                    if (eight != null) {
                        inputs.set(x, 0, COLUMNS, TOKENS, COLUMNS);
                        inputs.prepareSideBySide();
                        matrix.addEight(eight, inputs, 0, ROWS, sums, 0, ROWS, scratch);
                    }
                    if (matrix.integers()) {
                        matrix.integerPanel(0, IntegerPanel.ROWS, 0, IntegerPanel.DEPTH, integers, scratch);
                    } else {
                        matrix.panel(0, Panel.ROWS, 0, IntegerPanel.DEPTH, panel, 0, scratch);
                    }
                });
            } while ((allocated > 0 || !compiled(type)) && System.nanoTime() < end);
            assertThat(compiled(type)).as("its kernels were compiled").isTrue();
            assertThat(allocated).as("bytes per product and panel").isZero();
        }
    }

    @Test
    void kernels_cross_to_vectors_where_there_are_some() throws InterruptedException {
        assumeTrue(VectorModule.PRESENT, "needs --add-modules jdk.incubator.vector");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!kernels.compiled() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertThat(kernels.compiled()).isTrue();
    }

    private boolean compiled(TensorType type) {
        Layout layout = Layout.of(type);
        return layout == null
                ? kernels.rows(type).crossed()
                : kernels.of(layout, repack).crossed();
    }

    static long allocated(Runnable call) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        call.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private CpuMatrix matrix(TensorType type) {
        return CpuMatrix.of(RandomTensor.of(type, ROWS, COLUMNS, 1), repack, kernels, Parallel.NONE);
    }
}
