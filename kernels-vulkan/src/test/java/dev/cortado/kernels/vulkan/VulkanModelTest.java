package dev.cortado.kernels.vulkan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.backend.BackendOptions;
import dev.cortado.engine.backend.BackendProvider;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.model.Batch;
import dev.cortado.engine.model.Model;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.engine.model.Placement;
import dev.cortado.engine.model.Sequence;
import dev.cortado.engine.reference.ReferenceBackend;
import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * Whole models on the GPU, under validation: every family that the test data hold, and the story teller word by word.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class VulkanModelTest {
    private static final String STORIES = "../models/tiny-storyteller-q8_0.gguf";
    private static final ModelOptions FLOATS = ModelOptions.DEFAULT.withKvType(KvShape.Type.F32);

    private VulkanBackend vulkan;

    @BeforeAll
    void open() {
        vulkan = RequiresVulkan.open(RequiresVulkan.SWITCHES);
    }

    @AfterAll
    void the_validation_layer_was_silent() {
        assertThat(vulkan.gpu().device().instance().messages()).isEmpty();
        vulkan.close();
    }

    @TestFactory
    Stream<DynamicTest> computes_what_the_reference_computes() throws IOException {
        Path folder = Oracle.find("arch").orElse(null);
        if (folder == null) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> models = files.filter(file -> file.toString().endsWith(".gguf"))
                    .sorted()
                    .toList();
            return models.stream()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> compare(file)));
        }
    }

    private void compare(Path file) {
        try (ReferenceBackend reference = new ReferenceBackend();
                Model expected = Model.open(file, reference, FLOATS);
                Model found = Model.open(file, vulkan, FLOATS)) {
            Random random = new Random(7);
            int[] ids = random.ints(14, 3, expected.vocabularySize()).toArray();
            float[][] rows = expected.generates() ? logits(expected, ids) : embeddings(expected, ids);
            float[][] own = found.generates() ? logits(found, ids) : embeddings(found, ids);
            for (int row = 0; row < rows.length; row++) {
                assertClose("row " + row, own[row], rows[row]);
            }
        }
    }

    /** Of a batch of all ids but the last three, and of these one by one. */
    private static float[][] logits(Model model, int[] ids) {
        List<float[]> rows = new ArrayList<>();
        try (Sequence sequence = model.newSequence(ids.length)) {
            Batch batch = new Batch();
            int first = ids.length - 3;
            batch.add(sequence, ids, 0, first, Batch.Rows.ALL);
            model.forward(batch);
            for (int row = 0; row < first; row++) {
                rows.add(batch.logits(row).clone());
            }
            for (int i = first; i < ids.length; i++) {
                batch.clear();
                batch.add(sequence, ids, i, 1, Batch.Rows.LAST);
                model.forward(batch);
                rows.add(batch.logits(0).clone());
            }
        }
        return rows.toArray(float[][]::new);
    }

    private static float[][] embeddings(Model model, int[] ids) {
        return model.embed(List.of(ids, new int[] {ids[0]}, new int[] {ids[3], ids[1], ids[2]}));
    }

    private static void assertClose(String what, float[] found, float[] expected) {
        double squares = 0;
        for (float value : expected) {
            squares += (double) value * value;
        }
        double tolerance = 1e-3 * Math.max(1, Math.sqrt(squares / expected.length));
        assertThat(found).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) found[i]).as("%s, [%d]", what, i).isEqualTo(expected[i], within(tolerance));
        }
    }

    @Test
    void tells_the_cpus_story() {
        Path file = stories();
        List<Integer> expected;
        try (Backend cpu = cpu();
                Model model = Model.open(file, cpu, ModelOptions.DEFAULT)) {
            expected = story(model, 60);
        }
        try (Model model = Model.open(file, vulkan, ModelOptions.DEFAULT)) {
            assertThat(story(model, 60)).isEqualTo(expected);
        }
    }

    @Test
    void the_last_layers_alone_tell_the_same_story() {
        Path file = stories();
        try (Backend cpu = cpu();
                Model whole = Model.open(file, cpu, ModelOptions.DEFAULT);
                Model split = Model.open(file, new Placement(cpu, vulkan, 2), ModelOptions.DEFAULT)) {
            assertThat(story(split, 40)).isEqualTo(story(whole, 40));
        }
    }

    @Test
    void what_does_not_fit_is_refused_before_it_is_uploaded_with_the_layers_that_would_fit() {
        Path file = stories();
        Switches small = RequiresVulkan.withMemory(3_000_000);
        try (Backend cpu = cpu();
                VulkanBackend little = RequiresVulkan.open(small)) {
            assertThatExceptionOfType(BackendException.class)
                    .isThrownBy(() -> Model.open(file, new Placement(cpu, little, 100), ModelOptions.DEFAULT))
                    .withMessageContaining("4 of 4 layers need 4 MiB")
                    .withMessageContaining("With ngl 3 the weights would fit.");
            assertThat(little.freeMemory()).isEqualTo(3_000_000);
        }
    }

    @Test
    void a_context_that_does_not_fit_is_refused_before_it_is_allocated_with_one_that_would() {
        Path file = stories();
        Switches small = RequiresVulkan.withMemory(24_000_000);
        try (VulkanBackend little = RequiresVulkan.open(small);
                Model model = Model.open(file, little, ModelOptions.DEFAULT)) {
            long free = little.freeMemory();
            BackendException refusal =
                    catchThrowableOfType(BackendException.class, () -> model.newSequence(1_000_000));
            assertThat(refusal).hasMessageContaining("a context of 1000000 tokens needs");
            assertThat(refusal).hasMessageContaining("MiB are missing");
            Matcher advice = Pattern.compile("A context of (\\d+) tokens would fit").matcher(refusal.getMessage());
            assertThat(advice.find()).as(refusal.getMessage()).isTrue();
            assertThat(little.freeMemory()).isEqualTo(free);
            int fitting = Integer.parseInt(advice.group(1));
            assertThatExceptionOfType(BackendException.class).isThrownBy(() -> model.newSequence(fitting + 1));
            try (Sequence sequence = model.newSequence(fitting)) { // and room is left for what a long prompt takes
                Batch batch = new Batch();
                batch.add(sequence, new int[Math.min(fitting, 300)], 0, Math.min(fitting, 300), Batch.Rows.LAST);
                model.forward(batch);
                assertThat(batch.rows()).isOne();
            }
        }
    }

    @Test
    void a_context_that_needs_fewer_layers_on_the_gpu_is_refused_with_their_number() {
        Path file = stories();
        Switches small = RequiresVulkan.withMemory(24_000_000);
        try (Backend cpu = cpu();
                VulkanBackend little = RequiresVulkan.open(small);
                Model model = Model.open(file, new Placement(cpu, little, 4), ModelOptions.DEFAULT)) {
            long each = model.sequenceBytes(1);
            int tokens = Math.toIntExact(24_000_000 / each);
            BackendException refusal = catchThrowableOfType(BackendException.class, () -> model.newSequence(tokens));
            Matcher advice = Pattern.compile("with ngl (\\d)").matcher(refusal.getMessage());
            assertThat(advice.find()).as(refusal.getMessage()).isTrue();
            int layers = Integer.parseInt(advice.group(1));
            assertThat(layers).isBetween(1, 3);
            try (VulkanBackend again = RequiresVulkan.open(small);
                    Model split = Model.open(file, new Placement(cpu, again, layers), ModelOptions.DEFAULT);
                    Sequence sequence = split.newSequence(tokens)) {
                assertThat(sequence.capacity()).isEqualTo(tokens);
            }
        }
    }

    @Test
    void a_text_that_does_not_fit_is_refused_before_anything_is_allocated_with_one_that_would() {
        Path file = Oracle.find("arch/nomic-bert.gguf").orElse(null);
        Assumptions.assumeTrue(file != null, "the test data are not beside the checkout");
        try (VulkanBackend little = RequiresVulkan.open(RequiresVulkan.withMemory(8_000_000));
                Model model = Model.open(file, little, ModelOptions.DEFAULT)) {
            long free = little.freeMemory();
            BackendException refusal =
                    catchThrowableOfType(BackendException.class, () -> model.embed(List.of(new int[100_000])));
            assertThat(refusal).hasMessageContaining("a text of 100000 tokens needs");
            Matcher advice = Pattern.compile("A text of (\\d+) tokens would fit").matcher(refusal.getMessage());
            assertThat(advice.find()).as(refusal.getMessage()).isTrue();
            assertThat(little.freeMemory()).isEqualTo(free);
            int fitting = Integer.parseInt(advice.group(1));
            assertThatExceptionOfType(BackendException.class)
                    .isThrownBy(() -> model.embed(List.of(new int[fitting + 1])));
            assertThat(model.embed(List.of(new int[fitting]))).hasNumberOfRows(1);
        }
    }

    private static Path stories() {
        Path file = Oracle.find(STORIES).orElse(null);
        Assumptions.assumeTrue(file != null, "the story teller is not beside the checkout");
        return file;
    }

    private static Backend cpu() {
        VulkanModelTest.class.getModule().addUses(BackendProvider.class);
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
            if (provider.devices().contains("cpu")) {
                return provider.open("cpu", new BackendOptions(2, true));
            }
        }
        throw new IllegalStateException("no CPU backend");
    }

    /** The ids of a greedy continuation. */
    private static List<Integer> story(Model model, int length) {
        int[] prompt = model.tokenizer().encode("Once upon a time, there was a brave rabbit", true, false);
        List<Integer> story = new ArrayList<>();
        try (Sequence sequence = model.newSequence(prompt.length + length)) {
            Batch batch = new Batch();
            batch.add(sequence, prompt, 0, prompt.length, Batch.Rows.LAST);
            while (true) {
                model.forward(batch);
                int next = argmax(batch.logits(0));
                story.add(next);
                if (story.size() == length) {
                    return story;
                }
                batch.clear();
                batch.add(sequence, new int[] {next}, 0, 1, Batch.Rows.LAST);
            }
        }
    }

    private static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            best = logits[i] > logits[best] ? i : best;
        }
        return best;
    }
}
