package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.BackendException;
import dev.cortado.engine.model.ModelOptions;
import dev.cortado.engine.reference.ReferenceBackend;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a model whose GPU fails: a backend of plain loops that stops working plays the GPU. */
class FailingGpuTest {
    private static final DeviceChoice ASKED = DeviceChoice.parse("gpu", "Linux");
    private static final DeviceChoice UNASKED = DeviceChoice.parse(null, "Mac OS X");
    private static final int CONTEXT = 32;

    @TempDir
    private Path folder;

    private Path file;
    private final List<DeviceChoice.Kind> opened = new ArrayList<>();

    @BeforeEach
    void copy_the_embedded_model() throws IOException {
        file = EmbeddedModel.file(folder);
    }

    /** A GPU that fails when this operation is called for the so manieth time, and for ever after. */
    private static Backend failing(String operation, int time) {
        int[] calls = {0};
        return gpu(called -> {
            if (called.equals(operation) && ++calls[0] >= time) {
                throw new BackendException("the device was lost");
            }
            return null;
        });
    }

    /** A GPU whose memory is full when the weights are there. */
    private static Backend full() {
        boolean[] loaded = {false};
        return gpu(called -> {
            loaded[0] |= called.equals("prepared");
            return called.equals("freeMemory") ? (loaded[0] ? 1000L : 1L << 40) : null;
        });
    }

    /** @param instead what an operation of this name answers; null = what plain loops do */
    private static Backend gpu(Function<String, @Nullable Object> instead) {
        ReferenceBackend loops = new ReferenceBackend();
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    Object answer = instead.apply(method.getName());
                    if (answer != null) {
                        return answer;
                    }
                    try {
                        return method.invoke(loops, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    private PlacedModel open(DeviceChoice choice, Backend gpu) {
        Function<DeviceChoice, DeviceChoice.Opened> opener = wanted -> {
            opened.add(wanted.kind());
            @Nullable Backend accelerator = wanted.kind() == DeviceChoice.Kind.CPU ? null : gpu;
            return new DeviceChoice.Opened(accelerator, new ReferenceBackend(), List.of());
        };
        return new PlacedModel(file, choice, 100, ModelOptions.DEFAULT, opener);
    }

    /** The ids of a greedy story, each from the logits after all before it. */
    private static List<Integer> story(PlacedModel placed, int length) {
        List<Integer> story = new ArrayList<>();
        try (Slots slots = new Slots(placed, CONTEXT, 1)) {
            Tokens context = new Tokens(placed.model().tokenizer().encode("Once upon", true, false));
            float[][] logits = new float[1][slots.vocabularySize()];
            while (story.size() < length) {
                slots.logits(context, new int[0], logits);
                int best = 0;
                for (int id = 1; id < logits[0].length; id++) {
                    best = logits[0][id] > logits[0][best] ? id : best;
                }
                story.add(best);
                context.add(best);
            }
        }
        return story;
    }

    @Test
    void a_gpu_that_nobody_asked_for_and_that_cannot_take_the_model_leaves_it_to_the_cpu() {
        try (PlacedModel placed = open(UNASKED, failing("matrix", 3))) {
            assertThat(placed.devices().gpu()).isNull();
            assertThat(placed.devices().warnings())
                    .containsExactly("the GPU failed and the CPU computes: the device was lost");
            assertThat(opened).containsExactly(DeviceChoice.Kind.GPU_OR_CPU, DeviceChoice.Kind.CPU);
        }
    }

    @Test
    void a_story_goes_on_where_the_gpu_was_lost() {
        List<Integer> expected;
        try (PlacedModel placed = open(DeviceChoice.CPU, failing("attend", 1))) {
            expected = story(placed, 6);
        }
        try (PlacedModel placed = open(UNASKED, failing("attend", 11))) {
            assertThat(placed.devices().gpu()).isNotNull();
            assertThat(story(placed, 6)).isEqualTo(expected);
            assertThat(placed.devices().gpu()).isNull();
        }
    }

    @Test
    void a_gpu_that_was_asked_for_fails_aloud() {
        assertThatExceptionOfType(BackendException.class)
                .isThrownBy(() -> open(ASKED, failing("matrix", 3)))
                .withMessage("the device was lost");
        try (PlacedModel placed = open(ASKED, failing("attend", 11))) {
            assertThatExceptionOfType(BackendException.class)
                    .isThrownBy(() -> story(placed, 6))
                    .withMessage("the device was lost");
        }
    }

    @Test
    void a_context_for_which_a_gpu_that_nobody_asked_for_has_no_room_is_the_cpus() {
        List<Integer> expected;
        try (PlacedModel placed = open(DeviceChoice.CPU, full())) {
            expected = story(placed, 6);
        }
        try (PlacedModel placed = open(UNASKED, full())) {
            assertThat(placed.devices().gpu()).isNotNull();
            assertThat(story(placed, 6)).isEqualTo(expected);
            assertFellBack(placed, "a context of 32 tokens needs");
        }
    }

    @Test
    void texts_to_embed_for_which_it_has_no_room_are_the_cpus() {
        List<int[]> texts = List.of(new int[] {1, 2, 3}, new int[] {4, 5});
        float[][] expected;
        try (PlacedModel placed = open(DeviceChoice.CPU, full())) {
            expected = placed.compute(model -> model.embed(texts));
        }
        try (PlacedModel placed = open(UNASKED, full())) {
            float[][] found = placed.compute(model -> model.embed(texts));
            assertThat(found).isDeepEqualTo(expected);
            assertFellBack(placed, "a context of 3 tokens needs");
        }
    }

    @Test
    void a_saved_context_for_which_it_has_no_room_is_the_cpus() throws IOException {
        Tokens context = new Tokens(new int[] {1, 2, 3});
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        try (PlacedModel placed = open(DeviceChoice.CPU, full());
                Slots slots = new Slots(placed, CONTEXT, 1)) {
            slots.logits(context, new int[0], new float[1][slots.vocabularySize()]);
            slots.save(context, saved);
        }
        try (PlacedModel placed = open(UNASKED, full());
                Slots slots = new Slots(placed, CONTEXT, 1)) {
            slots.restore(new ByteArrayInputStream(saved.toByteArray()));
            assertFellBack(placed, "a context of 32 tokens needs");
            assertThat(slots.logits(context, new int[0], new float[1][slots.vocabularySize()]))
                    .as("tokens that were there")
                    .isEqualTo(2);
        }
    }

    private static void assertFellBack(PlacedModel placed, String reason) {
        assertThat(placed.devices().gpu()).isNull();
        assertThat(placed.devices().warnings())
                .singleElement(STRING)
                .startsWith("the GPU failed and the CPU computes: ")
                .contains(reason)
                .doesNotContain("\n");
    }

    @Test
    void where_a_gpu_that_was_asked_for_has_no_room_is_said_with_what_is_missing() {
        try (PlacedModel placed = open(ASKED, full())) {
            assertThatExceptionOfType(BackendException.class)
                    .isThrownBy(() -> story(placed, 6))
                    .withMessageContaining("a context of 32 tokens needs")
                    .withMessageContaining("MiB are missing");
            assertThatExceptionOfType(BackendException.class)
                    .isThrownBy(() -> placed.compute(model -> model.embed(List.of(new int[] {1, 2, 3}))))
                    .withMessageContaining("MiB are missing");
            assertThat(placed.devices().gpu()).isNotNull();
        }
    }
}
