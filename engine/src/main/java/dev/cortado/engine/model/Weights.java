package dev.cortado.engine.model;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.GgufFormatException;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import dev.cortado.gguf.quantization.Dequantizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hands a file's tensors to backends. Each is taken with the shape that the file's own sizes ask for, so a file whose
 * tensors and metadata disagree is refused before anything is computed. What was handed over is given back by {@link
 * #close}.
 */
final class Weights implements AutoCloseable {
    private static final Set<TensorType> INTEGERS =
            EnumSet.of(TensorType.I8, TensorType.I16, TensorType.I32, TensorType.I64);

    private record Taken(Backend backend, String tensor, long firstRow, long rows) {}

    private final GgufFile file;
    private final LoadListener listener;
    private final long allBytes;
    private final Map<Taken, Matrix> matrices = new HashMap<>();
    private long takenBytes;

    Weights(GgufFile file, LoadListener listener) {
        this.file = file;
        this.listener = listener;
        this.allBytes = Math.max(1, file.tensors().stream().mapToLong(Tensor::bytes).sum());
    }

    boolean has(String name) {
        return file.tensor(name).isPresent();
    }

    /** A tensor of the given dimensions, the contiguous one first; trailing ones do not count. */
    Tensor tensor(String name, long... shape) {
        Tensor tensor = tensor(name);
        if (!Arrays.equals(trimmed(tensor.shape()), trimmed(shape))) {
            throw wrong(tensor, tensor.shapeText(), Arrays.toString(shape));
        }
        return tensor;
    }

    /** A tensor of any shape. */
    Tensor tensor(String name) {
        Tensor tensor = file.tensor(name)
                .orElseThrow(() -> new GgufFormatException("%s: tensor %s is missing".formatted(file.path(), name)));
        if (INTEGERS.contains(tensor.type())) {
            throw wrong(tensor, "of type " + tensor.type(), "a type of weights");
        }
        return tensor;
    }

    private static long[] trimmed(long[] shape) {
        int length = shape.length;
        while (length > 1 && shape[length - 1] == 1) {
            length--;
        }
        return Arrays.copyOf(shape, length);
    }

    GgufFormatException wrong(Tensor tensor, String found, String expected) {
        return new GgufFormatException(
                "%s: tensor %s is %s, expected %s".formatted(file.path(), tensor.name(), found, expected));
    }

    /** Some rows of a tensor as a matrix; the same rows on the same backend are handed over once. */
    Matrix matrix(Backend backend, Tensor tensor, long firstRow, long rows) {
        Taken key = new Taken(backend, tensor.name(), firstRow, rows);
        Matrix known = matrices.get(key);
        if (known != null) {
            return known;
        }
        boolean whole = rows == tensor.rows() && tensor.shape().length <= 2;
        Tensor part = whole ? tensor : tensor.rows(firstRow, rows);
        Matrix matrix = backend.matrix(part);
        matrices.put(key, matrix);
        takenBytes += part.bytes();
        listener.loaded(Math.min(1, (double) takenBytes / allBytes));
        return matrix;
    }

    Matrix matrix(Backend backend, String name, int columns, int rows) {
        return matrix(backend, tensor(name, columns, rows), 0, rows);
    }

    /** {@code <name>.weight} with {@code <name>.bias}, where the file has one. */
    Linear linear(Backend backend, String name, int columns, int rows) {
        return new Linear(
                matrix(backend, name + ".weight", columns, rows), optional(backend, name + ".bias", rows));
    }

    /** A fused projection taken apart: one for each number of rows, in that order. */
    Linear[] parts(Backend backend, String name, int columns, int... rows) {
        int all = Arrays.stream(rows).sum();
        Tensor weight = tensor(name + ".weight", columns, all);
        float @Nullable [] bias = has(name + ".bias") ? values(name + ".bias", all) : null;
        Linear[] parts = new Linear[rows.length];
        int from = 0;
        for (int i = 0; i < rows.length; i++) {
            Parameter part =
                    bias == null ? null : backend.parameter(Arrays.copyOfRange(bias, from, from + rows[i]));
            parts[i] = new Linear(matrix(backend, weight, from, rows[i]), part);
            from += rows[i];
        }
        return parts;
    }

    /**
     * Stacked projections [columns, rows, count] taken apart; the bias, where there is one, is [rows, count].
     *
     * @param parts projections of {@code rows} rows in each layer of the stack
     */
    Linear[] stacked(Backend backend, String name, int columns, int rows, int parts, int count) {
        Tensor weight = tensor(name + ".weight", columns, (long) rows * parts, count);
        float @Nullable [] bias = has(name + ".bias") ? values(name + ".bias", (long) rows * parts, count) : null;
        Linear[] all = new Linear[parts * count];
        for (int i = 0; i < all.length; i++) {
            Parameter part =
                    bias == null ? null : backend.parameter(Arrays.copyOfRange(bias, i * rows, (i + 1) * rows));
            all[i] = new Linear(matrix(backend, weight, (long) i * rows, rows), part);
        }
        return all;
    }

    float[] values(String name, long... shape) {
        return Dequantizer.floats(tensor(name, shape));
    }

    Parameter parameter(Backend backend, String name, long... shape) {
        return backend.parameter(values(name, shape));
    }

    @Nullable Parameter optional(Backend backend, String name, long... shape) {
        return has(name) ? parameter(backend, name, shape) : null;
    }

    @Override
    public void close() {
        List<RuntimeException> failures = new ArrayList<>();
        matrices.forEach((taken, matrix) -> {
            try {
                taken.backend().release(matrix);
            } catch (RuntimeException e) {
                failures.add(e);
            }
        });
        matrices.clear();
        if (!failures.isEmpty()) {
            RuntimeException first = failures.getFirst();
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }
}
