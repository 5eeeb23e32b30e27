package dev.cortado.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.gguf.GgufFormatException;
import dev.cortado.testkit.Oracle;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class ModelTest {
    private static final ModelOptions F32 = ModelOptions.DEFAULT.withKvType(KvShape.Type.F32);
    private static final int[] PROMPT = {5, 17, 203, 9, 44, 101, 3, 78, 12, 250};

    private final ReferenceBackend backend = new ReferenceBackend();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        backend.close();
    }

    @Test
    void tells_what_it_is() {
        try (Model model = Model.open(Goldens.kept("qwen2").model(), backend, F32)) {
            assertThat(model.architecture()).isEqualTo("qwen2");
            assertThat(model.name()).isEqualTo("oracle-qwen2");
            assertThat(model.contextLength()).isEqualTo(2048);
            assertThat(model.width()).isEqualTo(64);
            assertThat(model.vocabularySize()).isEqualTo(379);
            assertThat(model.generates()).isTrue();
            assertThat(model.causal()).isTrue();
            assertThat(model.pooling()).isEqualTo(Pooling.NONE);
            assertThat(model.sequenceBytes(10)).isEqualTo(2 * 10 * (32 + 32) * 4);
        }
    }

    @Test
    void computes_the_same_when_its_layers_are_on_two_devices() {
        try (ReferenceBackend second = new ReferenceBackend();
                Model whole = Model.open(Goldens.kept("qwen2").model(), backend, F32)) {
            float[] expected = logits(whole, PROMPT);
            for (int accelerated : new int[] {0, 1, 2, 100}) {
                Placement placement = new Placement(backend, second, accelerated);
                try (Model split = Model.open(Goldens.kept("qwen2").model(), placement, F32)) {
                    assertThat(logits(split, PROMPT)).isEqualTo(expected);
                }
            }
        }
    }

    @Test
    void shifts_and_saves_sequences_the_same_on_two_devices() throws IOException {
        Path file = Goldens.kept("qwen2").model();
        try (ReferenceBackend second = new ReferenceBackend();
                Model whole = Model.open(file, backend, F32);
                Model split = Model.open(file, new Placement(backend, second, 1), F32);
                Sequence inOne = whole.newSequence(20);
                Sequence inTwo = split.newSequence(20);
                Sequence restored = whole.newSequence(20)) {
            assertThat(shifted(split, inTwo)).isEqualTo(shifted(whole, inOne));
            ByteArrayOutputStream saved = new ByteArrayOutputStream();
            inTwo.save(saved);
            restored.restore(new ByteArrayInputStream(saved.toByteArray()));
            assertThat(next(whole, restored)).isEqualTo(next(whole, inOne));
        }
    }

    private static float[] shifted(Model model, Sequence sequence) {
        Batch batch = new Batch();
        batch.add(sequence, PROMPT, 0, PROMPT.length, Batch.Rows.NONE);
        model.forward(batch);
        sequence.discard(1, 4);
        return next(model, sequence);
    }

    private static float[] next(Model model, Sequence sequence) {
        Batch batch = new Batch();
        batch.add(sequence, new int[] {33}, 0, 1, Batch.Rows.LAST);
        model.forward(batch);
        return batch.logits(0);
    }

    @Test
    void embeds_many_texts_as_it_embeds_each() {
        try (Model model = Model.open(Goldens.kept("bert-mean-q8_0").model(), backend, F32)) {
            assertThat(model.generates()).isFalse();
            assertThat(model.pooling()).isEqualTo(Pooling.MEAN);
            List<int[]> texts = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                int[] text = new int[1 + i % 33];
                Arrays.setAll(text, position -> 3 + position * 7);
                texts.add(text);
            }
            float[][] packed = model.embed(texts);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(packed[i]).isEqualTo(model.embed(List.of(texts.get(i)))[0]);
            }
        }
    }

    @Test
    void embeds_with_a_decoder_by_the_last_token() {
        try (Model model = Model.open(Goldens.kept("qwen2").model(), backend, F32)) {
            float[][] states = model.hidden(PROMPT);
            assertThat(states).hasDimensions(10, 64);
            assertThat(model.embed(List.of(PROMPT, new int[] {1, 2}))[0]).isEqualTo(states[9]);
        }
    }

    @Test
    void refuses_empty_texts_and_positions_that_were_never_learned() {
        try (Model model = Model.open(Goldens.kept("bert-mean-q8_0").model(), backend, F32)) {
            assertThatThrownBy(() -> model.embed(List.of(new int[0]))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> model.embed(List.of(new int[65])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("learned positions for 64 tokens, 65 are too many");
            assertThatThrownBy(() -> model.newSequence(10))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("embedding model");
        }
    }

    @Test
    void serves_many_threads_at_once() throws Exception {
        try (Model model = Model.open(Goldens.kept("llama-moeq-q8_0").model(), backend, F32);
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            float[] expected = logits(model, PROMPT);
            Callable<float[]> task = () -> logits(model, PROMPT);
            for (Future<float[]> result : threads.invokeAll(Collections.nCopies(16, task))) {
                assertThat(result.get()).isEqualTo(expected);
            }
        }
    }

    @Test
    void waits_for_what_is_under_way_when_it_is_closed_and_refuses_what_comes_later() throws Exception {
        Model model = Model.open(Goldens.kept("qwen2").model(), backend, F32);
        int[] longPrompt = new int[500];
        Sequence sequence = model.newSequence(500);
        Batch batch = new Batch();
        batch.add(sequence, longPrompt, 0, 500, Batch.Rows.LAST);
        CountDownLatch begun = new CountDownLatch(1);
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<?> forward = thread.submit(() -> {
                begun.countDown();
                model.forward(batch);
            });
            begun.await();
            TimeUnit.MILLISECONDS.sleep(20); // either order must be safe; mostly the pass has begun
            model.close();
            try {
                forward.get();
                assertThat(sequence.length()).isEqualTo(500);
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
            }
        }
        assertThatThrownBy(() -> model.forward(batch)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> model.newSequence(4))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the model qwen2.gguf is closed");
        assertThatThrownBy(() -> model.embed(List.of(PROMPT))).isInstanceOf(IllegalStateException.class);
        model.close();
        sequence.close();
    }

    @Test
    void tells_the_listener_how_far_it_is_and_lets_it_end_the_loading() {
        List<Double> heard = new ArrayList<>();
        try (Model model = Model.open(Goldens.kept("qwen2").model(), backend, F32.withListener(heard::add))) {
            assertThat(model.vocabularySize()).isPositive();
            assertThat(heard).isSorted().allMatch(fraction -> fraction > 0 && fraction <= 1);
            assertThat(heard.getLast()).isGreaterThan(0.95);
        }
        LoadListener ends = fraction -> {
            throw new CancellationException("enough");
        };
        assertThatThrownBy(() -> Model.open(Goldens.kept("qwen2").model(), backend, F32.withListener(ends)))
                .isInstanceOf(CancellationException.class);
    }

    @Test
    void names_what_a_file_lacks() throws Exception {
        Path original = Goldens.kept("qwen2").model();
        Path lacking = Copies.of(original, folder.resolve("lacking.gguf"), "qwen2.block_count", 2, tensor -> !tensor.name()
                .equals("blk.1.ffn_down.weight"));
        assertThatThrownBy(() -> Model.open(lacking, backend, F32))
                .isInstanceOf(GgufFormatException.class)
                .hasMessage(lacking + ": tensor blk.1.ffn_down.weight is missing");
        Path wide = Copies.of(original, folder.resolve("wide.gguf"), "qwen2.feed_forward_length", 129, tensor -> true);
        assertThatThrownBy(() -> Model.open(wide, backend, F32))
                .isInstanceOf(GgufFormatException.class)
                .hasMessage(wide + ": tensor blk.0.ffn_gate.weight is [64, 128], expected [64, 129]");
        Path heads = Copies.of(original, folder.resolve("heads.gguf"), "qwen2.attention.head_count_kv", 3, tensor -> true);
        assertThatThrownBy(() -> Model.open(heads, backend, F32))
                .isInstanceOf(GgufFormatException.class)
                .hasMessage(heads + ": qwen2.attention.head_count_kv is 3, expected a divisor of attention.head_count, 4");
    }

    @Test
    void suggests_the_nearest_names_for_a_family_that_it_does_not_know() {
        assertThatThrownBy(() -> Architectures.named("qwen2mo", Path.of("x.gguf")))
                .isInstanceOf(GgufFormatException.class)
                .hasMessage("x.gguf: general.architecture is 'qwen2mo', which is not supported; the nearest names that are:"
                        + " qwen2moe, qwen2, qwen3moe");
    }

    /** No file may crash the machine, hang, or be taken for what it is not. */
    @TestFactory
    Stream<DynamicTest> refuses_hostile_files_with_one_sentence() throws Exception {
        return Hostile.files().map(file -> DynamicTest.dynamicTest(file.name(), () -> {
            try (Model model = Model.open(file.path(), backend, F32)) {
                logits(model, new int[] {1});
                assertThat(file.expect()).as("what is expected of a file that could be opened").isNotEqualTo("error");
            } catch (GgufFormatException e) {
                assertThat(file.expect()).as(e.getMessage()).isNotEqualTo("ok");
                assertThat(e).hasMessageContaining(file.name()).hasMessageNotContaining("\n");
            }
        }));
    }

    @Test
    void keeps_one_state_in_recurrent_sequences() {
        Path file = Oracle.find("arch/mamba.gguf").orElse(null);
        assumeTrue(file != null, "needs arch/mamba.gguf");
        try (Model model = Model.open(Objects.requireNonNull(file), backend, F32);
                Sequence sequence = model.newSequence(20)) {
            float[] expected = logits(model, PROMPT);
            Batch batch = new Batch();
            batch.add(sequence, new int[] {9, 9, 9}, 0, 3, Batch.Rows.NONE);
            model.forward(batch);
            assertThat(sequence.rewinds()).isFalse();
            assertThatThrownBy(() -> sequence.truncate(2)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> sequence.discard(0, 1)).isInstanceOf(UnsupportedOperationException.class);
            sequence.truncate(0);
            batch.clear();
            batch.add(sequence, PROMPT, 0, PROMPT.length, Batch.Rows.LAST);
            model.forward(batch);
            assertThat(batch.logits(0)).isEqualTo(expected);
        }
    }

    private static float[] logits(Model model, int[] tokens) {
        try (Sequence sequence = model.newSequence(tokens.length)) {
            Batch batch = new Batch();
            batch.add(sequence, tokens, 0, tokens.length, Batch.Rows.LAST);
            model.forward(batch);
            return batch.logits(0);
        }
    }
}
