package dev.cortado.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.gguf.Tensor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What an accelerator's memory holds is known before anything is put there. */
class MemoryBudgetTest {
    private static final ModelOptions OPTIONS = ModelOptions.DEFAULT.withKvType(KvShape.Type.F32);
    private static final int MIB = 1 << 20;

    private final ReferenceBackend reference = new ReferenceBackend();
    private long free;

    @AfterEach
    void close() {
        reference.close();
    }

    /** The reference backend with a memory of its own, from which matrices, caches and activations are taken. */
    private Backend device(long memory) {
        free = memory;
        return (Backend) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "freeMemory" -> {
                            return free;
                        }
                        case "matrix" -> free -= reference.memoryOf((Tensor) arguments[0]);
                        case "kvCache" -> free -= reference.memoryOf((KvShape) arguments[0], (int) arguments[1]);
                        case "activations" -> free -= 4L * (int) arguments[0] * (int) arguments[1];
                        case "equals" -> {
                            return proxy == arguments[0];
                        }
                        default -> {}
                    }
                    try {
                        return method.invoke(reference, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @TestFactory
    Stream<DynamicTest> the_context_that_a_refusal_names_fits_with_what_a_pass_takes() {
        return Stream.of("qwen2", "llama-moeq-q8_0", "gpt-oss-q-mxfp4_moe")
                .map(family -> DynamicTest.dynamicTest(family, () -> {
                    Path file = Goldens.kept(family).model();
                    try (Model model = Model.open(file, device(8 * MIB), OPTIONS)) {
                        long before = free;
                        BackendException refusal =
                                catchThrowableOfType(BackendException.class, () -> model.newSequence(1_000_000));
                        assertThat(refusal).hasMessageContaining("a context of 1000000 tokens needs");
                        int fitting = number("A context of (\\d+) tokens would fit", refusal);
                        assertThatExceptionOfType(BackendException.class)
                                .isThrownBy(() -> model.newSequence(fitting + 1));
                        assertThat(free).as("nothing was taken").isEqualTo(before);
                        try (Sequence sequence = model.newSequence(fitting)) {
                            int count = Math.min(fitting, 600);
                            Batch batch = new Batch();
                            batch.add(sequence, new int[count], 0, count, Batch.Rows.LAST);
                            model.forward(batch);
                            assertThat(free).as("what is left").isBetween(0L, 64L << 10);
                        }
                    }
                }));
    }

    @Test
    void the_number_of_layers_that_a_refusal_names_fits() {
        Path file = Goldens.kept("qwen2").model();
        int context = 20_000;
        try (Model model = Model.open(file, new Placement(reference, device(8 * MIB), 2), OPTIONS)) {
            BackendException refusal =
                    catchThrowableOfType(BackendException.class, () -> model.newSequence(context));
            assertThat(number("with ngl (\\d+)", refusal)).isOne();
        }
        try (Model model = Model.open(file, new Placement(reference, device(8 * MIB), 1), OPTIONS);
                Sequence sequence = model.newSequence(context)) {
            assertThat(sequence.capacity()).isEqualTo(context);
            assertThat(free).isNotNegative();
        }
    }

    @Test
    void what_a_later_sequence_needs_is_its_context_alone() {
        try (Model model = Model.open(Goldens.kept("qwen2").model(), device(8 * MIB), OPTIONS);
                Sequence first = model.newSequence(100)) {
            Batch batch = new Batch();
            batch.add(first, new int[100], 0, 100, Batch.Rows.LAST);
            model.forward(batch);
            free = model.sequenceBytes(50);
            try (Sequence second = model.newSequence(50)) {
                assertThat(second.capacity()).isEqualTo(50);
                assertThat(free).isZero();
            }
        }
    }

    @Test
    void a_later_sequence_needs_the_rows_too_that_passes_lack() {
        try (Model model = Model.open(Goldens.kept("qwen2").model(), device(8 * MIB), OPTIONS);
                Sequence first = model.newSequence(100)) {
            Batch batch = new Batch();
            batch.add(first, new int[10], 0, 10, Batch.Rows.LAST);
            model.forward(batch);
            free = model.sequenceBytes(100);
            assertThatExceptionOfType(BackendException.class).isThrownBy(() -> model.newSequence(100));
            free = model.sequenceBytes(10);
            model.newSequence(10).close();
        }
    }

    @Test
    void the_text_that_a_refusal_names_fits_with_keys_values_and_activations() {
        try (Model model = Model.open(Goldens.kept("bert-mean-q8_0").model(), device(8 * MIB), OPTIONS)) {
            int longest = model.positionLimit();
            free = 150 << 10;
            BackendException refusal =
                    catchThrowableOfType(BackendException.class, () -> model.embed(List.of(new int[longest])));
            assertThat(refusal)
                    .hasMessageContaining("a text of %d tokens needs", longest)
                    .hasMessageContaining("MiB are missing");
            int fitting = number("A text of (\\d+) tokens would fit", refusal);
            assertThat(fitting).isBetween(1, longest - 1);
            assertThatExceptionOfType(BackendException.class)
                    .isThrownBy(() -> model.hidden(new int[fitting + 1]))
                    .withMessageContaining("a text of %d tokens needs", fitting + 1);
            assertThat(free).as("nothing was taken").isEqualTo(150 << 10);
            assertThat(model.embed(List.of(new int[fitting]))).hasNumberOfRows(1);
            assertThat(free).as("what is left").isNotNegative();
            free = 0;
            assertThat(model.embed(List.of(new int[fitting]))).as("by what is there").hasNumberOfRows(1);
        }
    }

    @Test
    void the_number_of_layers_with_which_a_text_fits_is_named() {
        Path file = Goldens.kept("bert-mean-q8_0").model();
        long needed;
        try (Model model = Model.open(file, device(8 * MIB), OPTIONS)) {
            long before = free;
            model.embed(List.of(new int[40]));
            needed = before - free;
        }
        try (Model model = Model.open(file, new Placement(reference, device(8 * MIB), 2), OPTIONS)) {
            free = needed - 1;
            BackendException refusal =
                    catchThrowableOfType(BackendException.class, () -> model.embed(List.of(new int[40])));
            assertThat(number("ngl (\\d+)", refusal)).isOne();
        }
    }

    @TestFactory
    Stream<DynamicTest> texts_that_do_not_fit_together_are_embedded_apart() {
        return Stream.of("bert-mean-q8_0", "qwen2")
                .map(family -> DynamicTest.dynamicTest(family, () -> {
                    List<int[]> texts = IntStream.range(0, 5)
                            .mapToObj(i -> IntStream.range(i, i + 8).toArray())
                            .toList();
                    Path file = Goldens.kept(family).model();
                    float[][] expected;
                    long one;
                    try (Model model = Model.open(file, device(8 * MIB), OPTIONS)) {
                        long before = free;
                        model.embed(texts.subList(0, 1));
                        one = before - free;
                    }
                    try (Model model = Model.open(file, device(8 * MIB), OPTIONS)) {
                        long before = free;
                        expected = model.embed(texts);
                        assertThat(before - free).isGreaterThan(2 * one);
                    }
                    try (Model model = Model.open(file, device(8 * MIB), OPTIONS)) {
                        free = 2 * one;
                        assertThat(model.embed(texts)).isDeepEqualTo(expected);
                        assertThat(free).isNotNegative();
                    }
                }));
    }

    private static int number(String pattern, BackendException refusal) {
        Matcher matcher = Pattern.compile(pattern).matcher(refusal.getMessage());
        assertThat(matcher.find()).as(refusal.getMessage()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }
}
