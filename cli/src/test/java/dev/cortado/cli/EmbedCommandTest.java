package dev.cortado.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cortado.convert.ConvertOptions;
import dev.cortado.convert.Converter;
import dev.cortado.convert.OutputType;
import dev.cortado.sdk.Embed4All;
import dev.cortado.sdk.EmbeddingIndex;
import dev.cortado.sdk.GPT4All;
import dev.cortado.testkit.RealModel;
import dev.cortado.testkit.RequiresModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that embed, on all-MiniLM-L6-v2. */
@RequiresModel(RealModel.MINILM)
class EmbedCommandTest {
    private static final List<String> TEXTS = List.of("a cat sleeps", "über die Brücke, langsam", "interest rates rise");
    private static final int WIDTH = 384;

    @TempDir
    private static Path folder;

    private static Path model;
    private static float[][] expected;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void convert(Path checkpoint) throws IOException {
        if (model == null) {
            model = folder.resolve("all-MiniLM-L6-v2.gguf");
            ConvertOptions options = ConvertOptions.DEFAULT.withType(OutputType.F16).withName("all-MiniLM-L6-v2");
            Converter.convert(checkpoint, model, options);
            try (Embed4All embedder = new Embed4All(
                    GPT4All.builder(model.toString()).allowDownload(false).build())) {
                expected = embedder.embed(TEXTS);
            }
        }
    }

    private int run(String command, Object... arguments) {
        List<String> line = new ArrayList<>(List.of(command, "--quiet", "-m", model.toString()));
        Arrays.stream(arguments).map(Object::toString).forEach(line::add);
        return Main.execute(new PrintWriter(out), new PrintWriter(err), line.toArray(String[]::new));
    }

    /** The texts in two files, the second without a line end. */
    private static Path[] files() throws IOException {
        Path first = Files.writeString(folder.resolve("first.txt"), TEXTS.get(0) + "\n" + TEXTS.get(1) + "\n");
        Path second = Files.writeString(folder.resolve("second.txt"), TEXTS.get(2));
        return new Path[] {first, second};
    }

    private static void assertExpected(float[][] vectors) {
        assertThat(vectors).hasDimensions(TEXTS.size(), WIDTH);
        for (int text = 0; text < vectors.length; text++) {
            assertThat(vectors[text]).containsExactly(expected[text], within(1e-6f));
        }
    }

    @Test
    void lines_of_files_become_lines_of_json_in_order() throws IOException {
        assertThat(run("embed", (Object[]) files())).isZero();
        assertThat(err.toString()).isEmpty();
        String[] lines = out.toString().split("\\R");
        float[][] vectors = new float[lines.length][WIDTH];
        for (int text = 0; text < lines.length; text++) {
            JsonNode array = new ObjectMapper().readTree(lines[text]);
            assertThat(array).hasSize(WIDTH);
            for (int i = 0; i < WIDTH; i++) {
                vectors[text][i] = array.get(i).floatValue();
            }
        }
        assertExpected(vectors);
    }

    @Test
    void vectors_become_comma_separated_values() throws IOException {
        Path target = folder.resolve("vectors.csv");
        Path[] files = files();
        assertThat(run("embed", "--format", "csv", "-o", target, files[0], files[1])).isZero();
        assertThat(out.toString()).isEmpty();
        List<String> lines = Files.readAllLines(target);
        float[][] vectors = new float[lines.size()][WIDTH];
        for (int text = 0; text < vectors.length; text++) {
            String[] fields = lines.get(text).split(",");
            assertThat(fields).hasSize(WIDTH);
            for (int i = 0; i < WIDTH; i++) {
                vectors[text][i] = Float.parseFloat(fields[i]);
            }
        }
        assertExpected(vectors);
    }

    @Test
    void vectors_become_an_array_that_numpy_reads() throws IOException {
        Path target = folder.resolve("vectors.npy");
        Path[] files = files();
        assertThat(run("embed", "--format", "npy", "-o", target, files[0], files[1])).isZero();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(target)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(Arrays.copyOf(bytes.array(), 8)).containsExactly(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0);
        int length = bytes.getShort(8);
        assertThat((10 + length) % 64).as("the array is aligned").isZero();
        assertThat(new String(bytes.array(), 10, length, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 384), }")
                .endsWith(" \n");
        bytes.position(10 + length);
        float[][] vectors = new float[TEXTS.size()][WIDTH];
        for (float[] vector : vectors) {
            for (int i = 0; i < WIDTH; i++) {
                vector[i] = bytes.getFloat();
            }
        }
        assertThat(bytes.hasRemaining()).isFalse();
        assertExpected(vectors);
    }

    @Test
    void an_array_needs_a_file() {
        assertThat(run("embed", "--format", "npy", "none.txt")).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err.toString().strip()).isEqualTo("cortado: --format npy needs --output FILE");
    }

    @Test
    void a_search_finds_the_passage_that_answers() throws IOException {
        Path texts = Files.createDirectories(folder.resolve("texts"));
        String bread = "Knead the dough for ten minutes and let it rise near the oven.\n";
        String stars = "A telescope gathers the light of distant galaxies in its mirror.\n";
        Files.writeString(texts.resolve("bread.txt"), bread);
        Files.writeString(texts.resolve("mixed.txt"), "Invoices are due within thirty days.\n".repeat(24) + stars);
        assertThat(run("search", "--json", "--top", "1", "--query", "astronomers look at the night sky", texts))
                .isZero();
        JsonNode best = new ObjectMapper().readTree(out.toString());
        assertThat(best.get("file").asText()).isEqualTo(texts.resolve("mixed.txt").toString());
        assertThat(best.get("line").asInt()).isEqualTo(21);
        assertThat(best.get("text").asText()).endsWith(stars.strip());
        float same = EmbeddingIndex.similarity(expected[0], expected[0]);
        assertThat(best.get("similarity").floatValue()).isBetween(0.1f, same);
        out.getBuffer().setLength(0);
        assertThat(run("search", "--query", "how to bake a loaf", texts)).isZero();
        assertThat(out.toString()).startsWith(texts.resolve("bread.txt") + ":1  (0.").contains(bread.strip());
    }

    @Test
    void files_without_text_cannot_be_searched() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.txt"), "\n\n");
        assertThat(run("search", "--query", "anything", empty)).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err.toString().strip()).isEqualTo("cortado: the files hold no text");
    }
}
