package dev.cortado.gguf.mixture;

import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.quantization.Dequantizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How much errors in each column of each matrix count: the mean square of the activations that the column is multiplied
 * with, measured by running the model on text. llama.cpp's {@code llama-imatrix} makes such files.
 *
 * @param path the file
 * @param columns per tensor name a number for every column, for those with experts one expert after the other
 * @param datasets names of the texts
 * @param chunks pieces of text it was measured on, where the file tells
 */
public record ImportanceMatrix(Path path, Map<String, float[]> columns, List<String> datasets, OptionalInt chunks) {
    private static final String SUMS = ".in_sum2";
    private static final String COUNTS = ".counts";

    /**
     * Reads a file in either of its two forms, GGUF or the older one without a header.
     *
     * @throws GgufFormatException if it is damaged or holds a number that is negative or not finite
     */
    public static ImportanceMatrix read(Path path) throws IOException {
        ImportanceMatrix matrix = isGguf(path) ? readGguf(path) : LegacyImportance.read(path);
        matrix.columns.forEach((name, values) -> check(path, name, values));
        return matrix;
    }

    /** The importance of the columns of a tensor, one expert after the other. */
    public Optional<float[]> of(String tensor) {
        return Optional.ofNullable(columns.get(tensor));
    }

    private static boolean isGguf(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return Arrays.equals(in.readNBytes(4), new byte[] {'G', 'G', 'U', 'F'});
        }
    }

    private static ImportanceMatrix readGguf(Path path) throws IOException {
        try (GgufFile file = GgufFile.open(path)) {
            Map<String, float[]> columns = new LinkedHashMap<>();
            for (Tensor sums : file.tensors()) {
                if (sums.name().endsWith(SUMS)) {
                    String name = sums.name().substring(0, sums.name().length() - SUMS.length());
                    columns.put(name, means(path, sums, floats(path, counts(file, name))));
                }
            }
            if (columns.isEmpty()) {
                throw new GgufFormatException(
                        "%s: no tensor NAME%s, one for each matrix expected".formatted(path, SUMS));
            }
            Optional<Integer> chunks = file.metadata().integer("imatrix.chunk_count");
            return new ImportanceMatrix(
                    path,
                    columns,
                    List.of(file.metadata().strings("imatrix.datasets").orElse(new String[0])),
                    chunks.isPresent() ? OptionalInt.of(chunks.get()) : OptionalInt.empty());
        }
    }

    private static Tensor counts(GgufFile file, String name) {
        return file.tensor(name + COUNTS)
                .orElseThrow(() -> new GgufFormatException(
                        "%s: tensor %s is missing beside %s".formatted(file.path(), name + COUNTS, name + SUMS)));
    }

    private static float[] floats(Path path, Tensor tensor) {
        if (tensor.type() != TensorType.F32) {
            throw new GgufFormatException(
                    "%s: tensor %s is %s, F32 expected".formatted(path, tensor.name(), tensor.type()));
        }
        return Dequantizer.floats(tensor);
    }

    /** Sums divided by counts, expert by expert; an expert that was never asked gets the same importance everywhere. */
    private static float[] means(Path path, Tensor sums, float[] counts) {
        float[] values = floats(path, sums);
        if (counts.length == 0 || values.length % counts.length != 0) {
            throw new GgufFormatException("%s: tensor %s has %d sums for %d counts"
                    .formatted(path, sums.name(), values.length, counts.length));
        }
        int perCount = values.length / counts.length;
        for (int i = 0; i < values.length; i++) {
            float count = Math.round(counts[i / perCount]);
            values[i] = count > 0 ? values[i] / count : 1;
        }
        return values;
    }

    private static void check(Path path, String name, float[] values) {
        for (float value : values) {
            if (!(value >= 0 && value <= Float.MAX_VALUE)) {
                throw new GgufFormatException("%s: importance %s for tensor %s, finite numbers from 0 on expected"
                        .formatted(path, value, name));
            }
        }
    }
}
