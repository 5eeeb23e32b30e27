package dev.cortado.gguf.mixture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.GgufWriter;
import dev.cortado.gguf.MetadataValue;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.quantization.Dequantizer;
import dev.cortado.gguf.quantization.Quantizer;
import dev.cortado.testkit.Oracle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileQuantizerTest {
    private static final int EXPERTS = 3;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void writes_a_file_of_every_type(FileType fileType) throws IOException {
        Path target = folder.resolve("out.gguf");
        try (GgufFile source = GgufFile.open(model())) {
            new FileQuantizer(source, fileType).threads(2).write(target);
            Map<String, TensorType> types = Mixture.of(source, fileType, false);
            try (GgufFile written = GgufFile.open(target)) {
                assertThat(written.metadata().integer("general.file_type")).contains(fileType.id());
                assertThat(written.metadata().integer("general.quantization_version"))
                        .contains(2);
                assertThat(written.metadata().string("general.name")).contains("made for this test");
                assertThat(written.tensors()).hasSameSizeAs(source.tensors());
                for (Tensor tensor : written.tensors()) {
                    Tensor original = source.tensor(tensor.name()).orElseThrow();
                    assertThat(tensor.shape()).isEqualTo(original.shape());
                    assertThat(tensor.type()).isEqualTo(types.get(tensor.name()));
                    assertSameAsRowByRow(tensor, original);
                }
            }
        }
    }

    @Test
    void a_tensor_larger_than_what_a_worker_gets_at_once_stays_in_order() throws IOException {
        Path target = folder.resolve("out.gguf");
        try (GgufFile source = GgufFile.open(model(7000))) {
            new FileQuantizer(source, FileType.Q8_0).threads(2).write(target);
            try (GgufFile written = GgufFile.open(target)) {
                Tensor embedding = written.tensor("token_embd.weight").orElseThrow();
                assertSameAsRowByRow(embedding, source.tensor(embedding.name()).orElseThrow());
            }
        }
    }

    @Test
    void every_expert_has_importance_of_its_own() throws IOException {
        Path target = folder.resolve("out.gguf");
        float[] columns = new float[EXPERTS * 256];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = 1 + i * 7 % 13;
        }
        try (GgufFile source = GgufFile.open(model())) {
            new FileQuantizer(source, FileType.Q4_K_S)
                    .importance(matrix("blk.0.ffn_up_exps.weight", columns))
                    .write(target);
            try (GgufFile written = GgufFile.open(target)) {
                assertThat(written.metadata().string("quantize.imatrix.file")).contains("text.imatrix");
                assertThat(written.metadata().integer("quantize.imatrix.chunks_count"))
                        .contains(5);
                Tensor tensor = written.tensor("blk.0.ffn_up_exps.weight").orElseThrow();
                float[] weights =
                        Dequantizer.floats(source.tensor(tensor.name()).orElseThrow());
                byte[] expected = new byte[(int) tensor.bytes()];
                for (int row = 0; row < tensor.rows(); row++) {
                    float[] ofExpert = new float[256];
                    System.arraycopy(columns, row / 4 * 256, ofExpert, 0, 256);
                    Quantizer.of(tensor.type())
                            .quantize(weights, 256 * row, 256, ofExpert, MemorySegment.ofArray(expected), 144L * row);
                }
                assertThat(tensor.data().mismatch(MemorySegment.ofArray(expected)))
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void importance_that_does_not_fit_is_refused() throws IOException {
        try (GgufFile source = GgufFile.open(model())) {
            FileQuantizer quantizer = new FileQuantizer(source, FileType.Q4_K_S)
                    .importance(matrix("blk.0.attn_q.weight", new float[255]));
            assertThatThrownBy(() -> quantizer.write(folder.resolve("out.gguf")))
                    .isInstanceOf(GgufFormatException.class)
                    .hasMessage(
                            "text.imatrix: importance of 255 columns for tensor blk.0.attn_q.weight, which has 256");
            assertThat(folder.resolve("out.gguf")).doesNotExist();
        }
    }

    @Test
    void warns_of_types_that_need_importance() throws IOException {
        List<String> warnings = new ArrayList<>();
        try (GgufFile source = GgufFile.open(model())) {
            new FileQuantizer(source, FileType.IQ1_S)
                    .listener(new QuantizationListener() {
                        @Override
                        public void warning(String message) {
                            warnings.add(message);
                        }
                    })
                    .write(folder.resolve("out.gguf"));
        }
        assertThat(warnings)
                .containsExactly(
                        "2 tensors as small as blk.0.attn_q.weight, IQ1_S, and no importance matrix: expect poor text");
    }

    @Test
    void tells_how_it_gets_on() throws IOException {
        List<String> heard = new ArrayList<>();
        try (GgufFile source = GgufFile.open(model(1100))) {
            long total = source.tensors().stream().mapToLong(Tensor::count).sum();
            new FileQuantizer(source, FileType.Q8_0)
                    .listener(new QuantizationListener() {
                        @Override
                        public void tensor(Tensor tensor, TensorType target) {
                            heard.add(tensor.name() + " " + target);
                        }

                        @Override
                        public void progress(long done, long all) {
                            heard.add(done + " of " + all);
                        }
                    })
                    .write(folder.resolve("out.gguf"));
            assertThat(heard).startsWith("token_embd.weight Q8_0").endsWith(total + " of " + total);
        }
    }

    @Test
    void expressions_name_other_types_and_pure_knows_no_exceptions() throws IOException {
        try (GgufFile source = GgufFile.open(model())) {
            FileQuantizer quantizer = new FileQuantizer(source, FileType.Q4_K_M)
                    .pure(true)
                    .override("ffn_.*_exps", TensorType.MXFP4)
                    .override("attn_v", TensorType.Q8_0);
            quantizer
                    .plan()
                    .forEach((tensor, type) -> assertThat(type)
                            .as(tensor.name())
                            .isEqualTo(
                                    switch (tensor.name()) {
                                        case "blk.0.ffn_up_exps.weight" -> TensorType.MXFP4;
                                        case "blk.0.attn_v.weight" -> TensorType.Q8_0;
                                        case "output_norm.weight" -> TensorType.F32;
                                        case "blk.0.narrow.weight" -> TensorType.Q5_0;
                                        default -> TensorType.Q4_K;
                                    }));
            assertThatThrownBy(() -> quantizer.override("x", TensorType.I8))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("weights cannot be quantised to I8");
        }
    }

    @Test
    void what_is_quantised_already_is_quantised_again_only_when_allowed() throws IOException {
        Path q8 = folder.resolve("q8.gguf");
        try (GgufFile source = GgufFile.open(model())) {
            new FileQuantizer(source, FileType.Q8_0).write(q8);
        }
        Path target = folder.resolve("out.gguf");
        try (GgufFile source = GgufFile.open(q8)) {
            assertThatThrownBy(() -> new FileQuantizer(source, FileType.Q4_0).write(target))
                    .isInstanceOf(GgufFormatException.class)
                    .hasMessage(
                            q8
                                    + ": tensor token_embd.weight is Q8_0 already, to quantise it again to Q4_0 requantize must be allowed");
            assertThat(target).doesNotExist();
            new FileQuantizer(source, FileType.Q4_0).requantize(true).write(target);
            new FileQuantizer(source, FileType.F16).write(target);
            assertThatThrownBy(() -> new FileQuantizer(source, FileType.F16).write(q8))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(q8 + " would be overwritten while it is read");
        }
    }

    @Test
    void a_weight_that_is_no_number_stops_it_and_leaves_nothing() throws IOException {
        float[] weights = new float[4 * 256];
        weights[3 * 256 + 9] = Float.NaN;
        Path path = folder.resolve("nan.gguf");
        new GgufWriter()
                .add("blk.0.attn_q.weight", TensorType.F32, new long[] {256, 4}, sink -> sink.write(bytes(weights)))
                .write(path);
        try (GgufFile source = GgufFile.open(path)) {
            assertThatThrownBy(() -> new FileQuantizer(source, FileType.Q4_0).write(folder.resolve("out.gguf")))
                    .isInstanceOf(GgufFormatException.class)
                    .hasMessage("tensor blk.0.attn_q.weight, row 3: weight 9 is NaN, expected a finite number");
        }
        assertThat(folder.resolve("out.gguf")).doesNotExist();
    }

    /** Quantising the embedded model's floats to the type they came from gives the file it was. */
    @Test
    void the_embedded_model_survives_the_way_to_floats_and_back() throws IOException {
        Path model = Oracle.folder()
                .map(oracle -> oracle.resolveSibling("models").resolve("tiny-storyteller-q8_0.gguf"))
                .filter(Files::exists)
                .orElse(null);
        Assumptions.assumeTrue(model != null, "no collection of golden files here");
        Path floats = folder.resolve("f32.gguf");
        Path again = folder.resolve("q8.gguf");
        Path small = folder.resolve("q4.gguf");
        try (GgufFile source = GgufFile.open(model)) {
            new FileQuantizer(source, FileType.F32).write(floats);
            try (GgufFile middle = GgufFile.open(floats)) {
                new FileQuantizer(middle, FileType.Q8_0).write(again);
                new FileQuantizer(middle, FileType.Q4_K_M).write(small);
            }
            assertThat(worstError(source, again)).isZero();
            assertThat(worstError(source, small)).isBetween(0.05, 0.1);
        }
    }

    /** Root mean square of the errors relative to that of the weights, of the tensor where it is largest. */
    private static double worstError(GgufFile expected, Path found) throws IOException {
        double worst = 0;
        try (GgufFile file = GgufFile.open(found)) {
            for (Tensor tensor : file.tensors()) {
                float[] weights =
                        Dequantizer.floats(expected.tensor(tensor.name()).orElseThrow());
                float[] others = Dequantizer.floats(tensor);
                double errors = 0;
                double squares = 0;
                for (int i = 0; i < weights.length; i++) {
                    errors += Math.pow(weights[i] - others[i], 2);
                    squares += Math.pow(weights[i], 2);
                }
                worst = Math.max(worst, Math.sqrt(errors / squares));
            }
        }
        return worst;
    }

    private static void assertSameAsRowByRow(Tensor tensor, Tensor original) {
        if (tensor.type() == original.type()) {
            assertThat(tensor.data().mismatch(original.data())).isEqualTo(-1);
            return;
        }
        float[] weights = Dequantizer.floats(original);
        byte[] expected = new byte[(int) tensor.bytes()];
        long rowBytes = tensor.type().bytes(tensor.columns());
        for (int row = 0; row < tensor.rows(); row++) {
            Quantizer.of(tensor.type())
                    .quantize(
                            weights,
                            row * tensor.columns(),
                            tensor.columns(),
                            null,
                            MemorySegment.ofArray(expected),
                            row * rowBytes);
        }
        assertThat(tensor.data().mismatch(MemorySegment.ofArray(expected)))
                .as(tensor.name())
                .isEqualTo(-1);
    }

    private static ImportanceMatrix matrix(String tensor, float[] columns) {
        return new ImportanceMatrix(Path.of("text.imatrix"), Map.of(tensor, columns), List.of(), OptionalInt.of(5));
    }

    /** One layer. */
    private Path model() throws IOException {
        return model(4);
    }

    private Path model(int vocabulary) throws IOException {
        Path path = folder.resolve("model.gguf");
        GgufWriter writer = new GgufWriter()
                .put("general.architecture", MetadataValue.string("llama"))
                .put("general.name", MetadataValue.string("made for this test"))
                .put("llama.block_count", MetadataValue.uint32(1))
                .put("llama.attention.head_count", MetadataValue.uint32(4));
        add(writer, "token_embd.weight", 256, vocabulary);
        add(writer, "blk.0.attn_q.weight", 256, 2);
        add(writer, "blk.0.attn_v.weight", 256, 2);
        add(writer, "blk.0.narrow.weight", 96, 3);
        add(writer, "blk.0.ffn_up_exps.weight", 256, 4, EXPERTS);
        add(writer, "output_norm.weight", 256);
        add(writer, "output.weight", 256, 2);
        writer.write(path);
        return path;
    }

    private static void add(GgufWriter writer, String name, long... shape) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        float[] weights = new float[(int) count];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (random.nextDouble() - random.nextDouble());
        }
        writer.add(name, TensorType.F32, shape, sink -> sink.write(bytes(weights)));
    }

    private static MemorySegment bytes(float[] weights) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(weights);
        return MemorySegment.ofBuffer(bytes);
    }
}
