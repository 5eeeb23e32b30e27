package dev.cortado.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.reference.ReferenceBackend;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SequenceTest {
    private static final ModelOptions F32 = ModelOptions.DEFAULT.withKvType(KvShape.Type.F32);
    private static final int[] PROMPT = {5, 17, 203, 9, 44, 101, 3, 78, 12, 250};

    private final ReferenceBackend backend = new ReferenceBackend();
    private final Batch batch = new Batch();
    private Model model = Model.open(Goldens.kept("qwen2").model(), backend, F32);

    @TempDir
    Path folder;

    @BeforeEach
    void isSmall() {
        assertThat(model.vocabularySize()).isGreaterThan(Arrays.stream(PROMPT).max().orElseThrow());
    }

    @AfterEach
    void close() {
        model.close();
        backend.close();
    }

    @Test
    void gives_the_same_logits_whether_a_prompt_comes_at_once_or_in_pieces() {
        float[] atOnce = logitsAfter(PROMPT);
        try (Sequence sequence = model.newSequence(PROMPT.length)) {
            float[] last = {};
            for (int i = 0; i < PROMPT.length; i += 3) {
                last = feed(sequence, Arrays.copyOfRange(PROMPT, i, Math.min(i + 3, PROMPT.length)));
            }
            assertThat(last).isEqualTo(atOnce);
        }
    }

    @Test
    void gives_the_same_logits_when_a_prompt_is_longer_than_a_pass() {
        int[] prompt = IntStream.range(0, 1100).map(i -> i * 7 % 300).toArray();
        try (Sequence whole = model.newSequence(prompt.length);
                Sequence pieces = model.newSequence(prompt.length)) {
            float[] atOnce = feed(whole, prompt);
            feed(pieces, Arrays.copyOf(prompt, 700));
            assertThat(feed(pieces, Arrays.copyOfRange(prompt, 700, 1100))).isEqualTo(atOnce);
            assertThat(whole.length()).isEqualTo(1100);
            assertThat(whole.token(1099)).isEqualTo(prompt[1099]);
        }
    }

    @Test
    void goes_on_after_truncation_as_if_the_rest_had_never_been() {
        try (Sequence sequence = model.newSequence(20)) {
            feed(sequence, PROMPT);
            sequence.truncate(4);
            assertThat(sequence.length()).isEqualTo(4);
            int[] other = {7, 8, 9};
            assertThat(feed(sequence, other)).isEqualTo(logitsAfter(new int[] {5, 17, 203, 9, 7, 8, 9}));
            sequence.truncate(0);
            assertThat(feed(sequence, PROMPT)).isEqualTo(logitsAfter(PROMPT));
        }
    }

    /** With one layer, keys and values depend on their own token only, so that a shift is exact. */
    @Test
    void turns_keys_back_when_tokens_are_discarded() throws IOException {
        useModelOfOneLayer();
        try (Sequence sequence = model.newSequence(20)) {
            feed(sequence, PROMPT);
            sequence.discard(2, 5);
            assertThat(IntStream.range(0, sequence.length()).map(sequence::token)).containsExactly(5, 17, 78, 12, 250);
            float[] shifted = feed(sequence, new int[] {99}).clone();
            float[] fresh = logitsAfter(new int[] {5, 17, 78, 12, 250, 99});
            for (int i = 0; i < fresh.length; i++) {
                assertThat(shifted[i]).isCloseTo(fresh[i], within(1e-4f));
            }
        }
    }

    @Test
    void discards_the_end_like_a_truncation() {
        try (Sequence sequence = model.newSequence(20)) {
            feed(sequence, PROMPT);
            sequence.discard(6, 4);
            assertThat(feed(sequence, new int[] {1})).isEqualTo(logitsAfter(new int[] {5, 17, 203, 9, 44, 101, 1}));
        }
    }

    @Test
    void knows_how_much_of_a_text_it_has() {
        try (Sequence sequence = model.newSequence(20)) {
            assertThat(sequence.commonPrefix(PROMPT)).isZero();
            feed(sequence, PROMPT);
            assertThat(sequence.commonPrefix(PROMPT)).isEqualTo(10);
            assertThat(sequence.commonPrefix(new int[] {5, 17, 203, 8})).isEqualTo(3);
            assertThat(sequence.commonPrefix(new int[] {5, 17})).isEqualTo(2);
            assertThat(sequence.commonPrefix(new int[] {4})).isZero();
        }
    }

    @Test
    void goes_on_from_a_saved_state() throws IOException {
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        float[] expected;
        try (Sequence sequence = model.newSequence(20)) {
            feed(sequence, PROMPT);
            sequence.save(saved);
            expected = feed(sequence, new int[] {42}).clone();
        }
        try (Sequence sequence = model.newSequence(12)) {
            sequence.restore(new ByteArrayInputStream(saved.toByteArray()));
            assertThat(sequence.length()).isEqualTo(10);
            assertThat(sequence.commonPrefix(PROMPT)).isEqualTo(10);
            assertThat(feed(sequence, new int[] {42})).isEqualTo(expected);
        }
    }

    @Test
    void refuses_a_saved_state_that_is_cut_or_too_long_or_not_its_own() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Sequence sequence = model.newSequence(20)) {
            feed(sequence, PROMPT);
            sequence.save(out);
        }
        byte[] saved = out.toByteArray();
        try (Sequence sequence = model.newSequence(20);
                Sequence small = model.newSequence(9)) {
            assertThatThrownBy(() -> sequence.restore(new ByteArrayInputStream(saved, 0, saved.length - 1)))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> small.restore(new ByteArrayInputStream(saved)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("a saved sequence has 10 tokens, expected at most the capacity, 9");
            assertThat(feed(sequence, PROMPT)).isEqualTo(logitsAfter(PROMPT));
        }
        useModelOfOneLayer();
        try (Sequence other = model.newSequence(20)) {
            assertThatThrownBy(() -> other.restore(new ByteArrayInputStream(saved)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the number of layers of a saved sequence is 2, expected 1");
        }
    }

    @Test
    void refuses_more_tokens_than_fit_and_what_is_not_in_the_vocabulary() {
        try (Sequence sequence = model.newSequence(3)) {
            assertThatThrownBy(() -> feed(sequence, PROMPT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("10 tokens do not fit: the sequence has 0 of 3");
            assertThatThrownBy(() -> feed(sequence, new int[] {model.vocabularySize()}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("token id 379, expected 0 to 378");
            assertThat(sequence.length()).isZero();
        }
    }

    private void useModelOfOneLayer() throws IOException {
        Path copy = Copies.of(
                model.file(),
                folder.resolve("one-layer.gguf"),
                "qwen2.block_count",
                1,
                tensor -> !tensor.name().startsWith("blk.1."));
        model.close();
        model = Model.open(copy, backend, F32);
    }

    private float[] logitsAfter(int[] tokens) {
        try (Sequence fresh = model.newSequence(tokens.length)) {
            return feed(fresh, tokens).clone();
        }
    }

    private float[] feed(Sequence sequence, int[] tokens) {
        batch.clear();
        batch.add(sequence, tokens, 0, tokens.length, Batch.Rows.LAST);
        model.forward(batch);
        return batch.logits(0).clone();
    }
}
