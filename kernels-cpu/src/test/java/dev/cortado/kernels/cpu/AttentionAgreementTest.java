package dev.cortado.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Attention.Mask;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Segment;
import dev.cortado.kernels.cpu.weights.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention in blocks, tiles and splits says what one query at a time against all keys says. */
class AttentionAgreementTest {
    private final Pair pair = new Pair(2, 7);

    @AfterEach
    void close() {
        pair.close();
    }

    private static Attention attention(int heads, int kvHeads, int width, Mask mask, int window) {
        return new Attention(heads, kvHeads, width, width, (float) (1 / Math.sqrt(width)), 0, mask, window, 0, null);
    }

    /** Stores {@code before} tokens, then attends with {@code rows} more. */
    private static Activations run(Pair.Run run, Attention attention, KvShape.Type type, int base, int before, int rows) {
        int keyColumns = attention.kvHeads() * attention.keyWidth();
        int valueColumns = attention.kvHeads() * attention.valueWidth();
        KvShape shape = new KvShape(new int[] {keyColumns}, new int[] {valueColumns}, new int[] {0}, type);
        KvCache cache = run.backend().kvCache(shape, base + before + rows);
        if (before > 0) {
            store(run, List.of(new Segment(cache, base, 0, 0, before)), keyColumns, valueColumns, before);
        }
        List<Segment> segments = List.of(new Segment(cache, base, before, 0, rows));
        store(run, segments, keyColumns, valueColumns, rows);
        Activations out = run.backend().activations(rows, attention.heads() * attention.valueWidth());
        Activations q = run.filled(rows, attention.heads() * attention.keyWidth());
        run.backend().attend(q, out, segments, 0, attention);
        return out;
    }

    private static void store(Pair.Run run, List<Segment> segments, int keyColumns, int valueColumns, int rows) {
        run.backend().store(run.filled(rows, keyColumns), run.filled(rows, valueColumns), segments, 0);
    }

    @ParameterizedTest(name = "{0} heads, {1} kv heads of {2}, {3} rows after {4}, slot 0 at {5}")
    @CsvSource({
        "9, 3, 64, 1, 0, 0", "9, 3, 64, 1, 100, 0", "9, 3, 64, 1, 700, 0", "9, 3, 64, 70, 0, 0", "9, 3, 64, 33, 90, 0",
        "4, 4, 32, 1, 63, 0", "4, 4, 32, 3, 1000, 5", "8, 1, 16, 5, 64, 17", "2, 1, 8, 4, 300, 0", "6, 2, 20, 19, 3, 9",
        "5, 5, 12, 1, 16, 1", "128, 1, 24, 2, 40, 0", "3, 3, 80, 100, 100, 0", "1, 1, 1, 1, 0, 0"
    })
    void causal(int heads, int kvHeads, int width, int rows, int before, int base) {
        Attention attention = attention(heads, kvHeads, width, Mask.CAUSAL, 0);
        pair.agree(1e-5f, run -> run(run, attention, KvShape.Type.F32, base, before, rows));
    }

    @ParameterizedTest(name = "window {0}, {1} rows after {2}")
    @CsvSource({"1, 5, 70", "16, 1, 500", "100, 4, 900", "300, 1, 900", "64, 130, 10", "33, 70, 3"})
    void a_window_hides_what_is_older(int window, int rows, int before) {
        Attention attention = attention(4, 2, 32, Mask.CAUSAL, window);
        pair.agree(1e-5f, run -> run(run, attention, KvShape.Type.F32, 3, before, rows));
    }

    @ParameterizedTest(name = "window {0}, {1} rows")
    @CsvSource({"0, 1", "0, 5", "0, 150", "8, 100", "7, 100", "200, 130"})
    void symmetric(int window, int rows) {
        Attention attention = attention(3, 3, 32, Mask.SYMMETRIC, window);
        pair.agree(1e-5f, run -> run(run, attention, KvShape.Type.F32, 11, 0, rows));
    }

    @ParameterizedTest
    @EnumSource(KvShape.Type.class)
    void caches_of_every_type(KvShape.Type type) {
        pair.agree(1e-5f, run -> run(run, attention(6, 2, 64, Mask.CAUSAL, 0), type, 2, 600, 3));
        pair.agree(1e-5f, run -> run(run, attention(6, 2, 48, Mask.CAUSAL, 0), type, 2, 60, 90));
    }

    @ParameterizedTest(name = "{0}, window {1}, heads of {2}, {3} rows")
    @CsvSource({"F16, 0, 64, 1", "F16, 0, 64, 2", "F16, 2222, 128, 1", "F16, 0, 48, 1", "F32, 2222, 16, 3", "Q8_0, 0, 64, 1"})
    void parts_of_all_heads_over_many_keys(KvShape.Type type, int window, int width, int rows) {
        pair.agree(1e-5f, run -> run(run, attention(6, 2, width, Mask.CAUSAL, window), type, 5, 2300, rows));
    }

    @Test
    void any_number_of_threads_gives_the_same_bits() {
        List<float[][]> results = new ArrayList<>();
        for (int threads : new int[] {1, 2, 3}) {
            try (CpuBackend cpu = new CpuBackend(new BackendOptions(threads, true), Kernels.Choice.VECTOR)) {
                Attention attention = attention(6, 2, 64, Mask.CAUSAL, 0);
                Pair.Run run = new Pair.Run(cpu, new Random(3));
                results.add(Pair.rows(run(run, attention, KvShape.Type.F16, 0, 2300, 1)));
            }
        }
        assertThat(results.get(1)).isEqualTo(results.get(0));
        assertThat(results.get(2)).isEqualTo(results.get(0));
    }

    @Test
    void soft_cap_alibi_and_sinks() {
        pair.agree(2e-5f, run -> {
            Attention attention = new Attention(
                    6, 3, 32, 48, 0.3f, 5, Mask.CAUSAL, 0, 8, run.backend().parameter(run.floats(6)));
            return run(run, attention, KvShape.Type.F16, 0, 800, 2);
        });
    }

    @Test
    void values_that_are_the_head_of_the_key() {
        pair.agree(1e-5f, run -> {
            KvShape shape = new KvShape(new int[] {72}, new int[] {0}, new int[] {0}, KvShape.Type.F16);
            KvCache cache = run.backend().kvCache(shape, 90);
            List<Segment> segments = List.of(new Segment(cache, 0, 0, 0, 90));
            run.backend().store(run.filled(90, 72), null, segments, 0);
            Attention attention = new Attention(16, 1, 72, 64, 0.1f, 0, Mask.CAUSAL, 0, 0, null);
            Activations out = run.backend().activations(90, 16 * 64);
            run.backend().attend(run.filled(90, 16 * 72), out, segments, 0, attention);
            return out;
        });
    }

    @Test
    void packed_segments_see_only_themselves() {
        pair.agree(1e-5f, run -> {
            KvShape shape = new KvShape(new int[] {32}, new int[] {32}, new int[] {0}, KvShape.Type.F32);
            KvCache cache = run.backend().kvCache(shape, 60);
            List<Segment> segments = List.of(
                    new Segment(cache, 0, 0, 0, 7), new Segment(cache, 7, 0, 7, 30), new Segment(cache, 37, 0, 37, 1));
            run.backend().store(run.filled(38, 32), run.filled(38, 32), segments, 0);
            Activations out = run.backend().activations(38, 64);
            Attention attention = new Attention(4, 2, 16, 16, 0.2f, 0, Mask.SYMMETRIC, 0, 0, null);
            run.backend().attend(run.filled(38, 64), out, segments, 0, attention);
            return out;
        });
    }
}
