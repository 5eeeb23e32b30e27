package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.model.Batch;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.engine.model.Sequence;
import dev.cortado.testkit.Oracle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Command buffers that are submitted again do what new ones do, to the bit, whatever happens to a context. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplayTest {
    private static final ModelOptions OPTIONS = ModelOptions.DEFAULT.withKvType(KvShape.Type.F16);

    private VulkanBackend replaying;
    private VulkanBackend recording;

    @BeforeAll
    void open() {
        replaying = RequiresVulkan.open(RequiresVulkan.SWITCHES);
        recording = RequiresVulkan.open(new Switches(
                true, true, true, true, false, false, false, Long.MAX_VALUE, Long.MAX_VALUE, null));
    }

    @AfterAll
    void the_validation_layer_was_silent() {
        for (VulkanBackend backend : List.of(replaying, recording)) {
            assertThat(backend.gpu().device().instance().messages()).isEmpty();
            backend.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"llama", "llama-moe", "gpt-oss-q-mxfp4_moe", "gemma2-open", "deepseek2-mla", "mamba", "lfm2"})
    void logits_are_the_same_through_growth_cuts_shifts_and_changing_batches(String family) {
        assertSame(logitsOfAChangingContext(family, replaying), logitsOfAChangingContext(family, recording));
    }

    @Test
    void logits_are_the_same_without_push_descriptors() {
        Switches portable =
                new Switches(true, true, true, false, true, false, false, Long.MAX_VALUE, Long.MAX_VALUE, null);
        try (VulkanBackend backend = RequiresVulkan.open(portable)) {
            assertSame(logitsOfAChangingContext("llama", backend), logitsOfAChangingContext("llama", recording));
            assertThat(backend.gpu().device().instance().messages()).isEmpty();
        }
    }

    @Test
    void logits_are_the_same_while_a_context_grows_into_more_splits() {
        long before = replaying.gpu().recorder().recordings();
        List<float[]> replayed = logitsOfALongContext(replaying);
        assertThat(replaying.gpu().recorder().recordings() - before).isLessThan(60);
        assertSame(replayed, logitsOfALongContext(recording));
    }

    private static List<float[]> logitsOfALongContext(VulkanBackend backend) {
        List<float[]> logits = new ArrayList<>();
        try (Model model = Model.open(file("llama"), backend, OPTIONS);
                Sequence sequence = model.newSequence(600)) {
            forward(model, logits, 480, sequence);
            for (int i = 0; i < 60; i++) {
                forward(model, logits, 1, sequence);
            }
        }
        return logits;
    }

    private static void assertSame(List<float[]> found, List<float[]> expected) {
        assertThat(found).hasSameSizeAs(expected).hasSizeGreaterThan(30);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.get(i)).as("logits %d", i).isEqualTo(expected.get(i));
        }
    }

    private static List<float[]> logitsOfAChangingContext(String family, VulkanBackend backend) {
        List<float[]> logits = new ArrayList<>();
        try (Model model = Model.open(file(family), backend, OPTIONS);
                Sequence first = model.newSequence(64);
                Sequence second = model.newSequence(40)) {
            forward(model, logits, 7, first);
            for (int i = 0; i < 8; i++) {
                forward(model, logits, 1, first);
            }
            forward(model, logits, 3, second);
            for (int i = 0; i < 6; i++) {
                forward(model, logits, 1, i % 2 == 0 ? first : second);
            }
            for (int i = 0; i < 4; i++) {
                forward(model, logits, 1, first, second);
            }
            if (first.rewinds()) {
                first.truncate(5);
                second.discard(1, 2);
            } else {
                first.truncate(0);
            }
            for (int i = 0; i < 6; i++) {
                forward(model, logits, 1, first);
                forward(model, logits, 1, first, second);
            }
            forward(model, logits, 9, first);
            try (Sequence third = model.newSequence(64)) {
                forward(model, logits, 1, third);
                forward(model, logits, 1, third);
            }
            forward(model, logits, 1, first);
        }
        return logits;
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama-moe", "gpt-oss-q-mxfp4_moe", "mamba"})
    void from_the_third_token_on_nothing_is_recorded(String family) {
        try (Model model = Model.open(file(family), replaying, OPTIONS);
                Sequence sequence = model.newSequence(64)) {
            List<float[]> logits = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                forward(model, logits, 1, sequence);
            }
            long before = replaying.gpu().recorder().recordings();
            for (int i = 0; i < 20; i++) {
                forward(model, logits, 1, sequence);
            }
            assertThat(replaying.gpu().recorder().recordings()).isEqualTo(before);
        }
    }

    /** The next {@code count} tokens of each sequence, which are made of their positions. */
    private static void forward(Model model, List<float[]> logits, int count, Sequence... sequences) {
        Batch batch = new Batch();
        for (Sequence sequence : sequences) {
            int[] ids = new int[count];
            for (int i = 0; i < count; i++) {
                ids[i] = 3 + (7 * (sequence.length() + i) + sequence.capacity()) % 40;
            }
            batch.add(sequence, ids, 0, count, Batch.Rows.LAST);
        }
        model.forward(batch);
        for (int row = 0; row < batch.rows(); row++) {
            logits.add(batch.logits(row).clone());
        }
    }

    private static Path file(String family) {
        Path file = Oracle.find("arch/" + family + ".gguf").orElse(null);
        Assumptions.assumeTrue(file != null, "the test data are not beside the checkout");
        return file;
    }
}
