package dev.cortado.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.testkit.Oracle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class BatchTest {
    private static final int[] A = {5, 17, 203, 9, 44};
    private static final int[] B = {101, 3};
    private static final int[] C = {78, 12, 250, 77, 6, 31, 200};

    /** Attention, experts, recurrence: whatever mixes tokens must not mix those of different sequences. */
    @TestFactory
    Stream<DynamicTest> computes_many_sequences_as_it_computes_each() {
        List<Path> models = new ArrayList<>(List.of(
                Goldens.kept("qwen2").model(), Goldens.kept("llama-moeq-q8_0").model(), Goldens.kept("gpt-oss-q-mxfp4_moe").model()));
        for (String name : List.of("mamba", "lfm2", "deepseek2-mla", "deepseek2", "gemma3", "bloom", "falcon-7b")) {
            Oracle.find("arch/" + name + ".gguf").ifPresent(models::add);
        }
        return models.stream().map(model -> DynamicTest.dynamicTest(String.valueOf(model.getFileName()), () -> {
            try (ReferenceBackend backend = new ReferenceBackend();
                    Model opened = Model.open(model, backend, ModelOptions.DEFAULT.withKvType(KvShape.Type.F32))) {
                compareManyWithEach(opened);
            }
        }));
    }

    private static void compareManyWithEach(Model model) {
        List<float[]> alone = new ArrayList<>();
        for (int[] tokens : List.of(A, B, C)) {
            try (Sequence sequence = model.newSequence(8)) {
                Batch batch = new Batch();
                batch.add(sequence, tokens, 0, tokens.length, Batch.Rows.LAST);
                model.forward(batch);
                alone.add(batch.logits(0).clone());
                batch.clear();
                batch.add(sequence, new int[] {55}, 0, 1, Batch.Rows.LAST);
                model.forward(batch);
                alone.add(batch.logits(0).clone());
            }
        }
        try (Sequence a = model.newSequence(8);
                Sequence b = model.newSequence(8);
                Sequence c = model.newSequence(8)) {
            Batch batch = new Batch();
            batch.add(a, A, 0, A.length, Batch.Rows.LAST);
            batch.add(b, B, 0, B.length, Batch.Rows.LAST);
            batch.add(c, C, 0, C.length, Batch.Rows.LAST);
            model.forward(batch);
            assertThat(batch.rows()).isEqualTo(3);
            for (int i = 0; i < 3; i++) {
                assertThat(batch.logits(i)).isEqualTo(alone.get(2 * i));
            }
            batch.clear();
            for (Sequence sequence : List.of(a, b, c)) {
                batch.add(sequence, new int[] {55}, 0, 1, Batch.Rows.LAST);
            }
            model.forward(batch);
            for (int i = 0; i < 3; i++) {
                assertThat(batch.logits(i)).isEqualTo(alone.get(2 * i + 1));
            }
        }
    }

    @Test
    void returns_the_rows_that_are_wanted_in_the_order_of_their_tokens() {
        try (ReferenceBackend backend = new ReferenceBackend();
                Model model = Model.open(Goldens.kept("qwen2").model(), backend, ModelOptions.DEFAULT);
                Sequence a = model.newSequence(50);
                Sequence b = model.newSequence(50);
                Sequence c = model.newSequence(50)) {
            Batch batch = new Batch();
            batch.add(a, A, 1, 3, Batch.Rows.ALL);
            batch.add(b, B, 0, 2, Batch.Rows.NONE);
            batch.add(c, C, 0, 7, Batch.Rows.LAST);
            model.forward(batch);
            assertThat(batch.rows()).isEqualTo(4);
            assertThat(a.length()).isEqualTo(3);
            assertThat(a.token(0)).isEqualTo(17);
            assertThat(b.length()).isEqualTo(2);
            assertThatThrownBy(() -> batch.logits(4)).isInstanceOf(IndexOutOfBoundsException.class);
            batch.clear();
            assertThat(batch.rows()).isZero();
        }
    }

    @Test
    void returns_more_rows_than_are_projected_at_a_time() {
        int[] prompt = new int[100];
        for (int i = 0; i < prompt.length; i++) {
            prompt[i] = i * 13 % 300;
        }
        try (ReferenceBackend backend = new ReferenceBackend();
                Model model = Model.open(Goldens.kept("qwen2").model(), backend, ModelOptions.DEFAULT);
                Sequence all = model.newSequence(100);
                Sequence part = model.newSequence(100)) {
            Batch batch = new Batch();
            batch.add(all, prompt, 0, 100, Batch.Rows.ALL);
            model.forward(batch);
            float[] row70 = batch.logits(70).clone();
            batch.clear();
            batch.add(part, prompt, 0, 71, Batch.Rows.LAST);
            model.forward(batch);
            assertThat(batch.logits(0)).isEqualTo(row70);
        }
    }

    @Test
    void refuses_a_second_segment_of_a_sequence_and_sequences_of_another_model() {
        try (ReferenceBackend backend = new ReferenceBackend();
                Model model = Model.open(Goldens.kept("qwen2").model(), backend, ModelOptions.DEFAULT);
                Model other = Model.open(Goldens.kept("qwen2").model(), backend, ModelOptions.DEFAULT);
                Sequence sequence = model.newSequence(50)) {
            Batch batch = new Batch();
            batch.add(sequence, A, 0, 5, Batch.Rows.LAST);
            assertThatThrownBy(() -> batch.add(sequence, B, 0, 2, Batch.Rows.LAST))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("already");
            assertThatThrownBy(() -> other.forward(batch))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another model");
            assertThatThrownBy(() -> batch.add(sequence, A, 3, 3, Batch.Rows.ALL))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
