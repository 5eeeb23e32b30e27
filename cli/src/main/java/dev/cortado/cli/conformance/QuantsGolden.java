package dev.cortado.cli.conformance;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.gguf.GgufFile;
import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.quantization.Dequantizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A tensor and the floats that its bytes stand for, {@code X} and {@code X.expected}: dequantised, read as embeddings by
 * the backend, and multiplied by it.
 *
 * @param name of the file, and the tensor's
 * @param file holds both
 * @param tensor X
 */
record QuantsGolden(String name, Path file, String tensor) implements Golden {
    static final String EXPECTED = ".expected";

    private static final double RELATIVE = 1e-6;
    private static final double PRODUCT = 1e-5;
    private static final int TOKENS = 3;

    @Override
    public Outcome check(Setup setup) throws IOException {
        Findings findings = new Findings();
        try (GgufFile gguf = GgufFile.open(file)) {
            Tensor stored = gguf.tensor(tensor).orElseThrow();
            Tensor floats = gguf.tensor(tensor + EXPECTED).orElseThrow();
            if (stored.count() != floats.count()) {
                return Outcome.failed("%s has shape %s, what is expected %s"
                        .formatted(tensor, stored.shapeText(), floats.shapeText()));
            }
            float[] expected = Dequantizer.floats(floats);
            compare(Dequantizer.floats(stored), expected, "dequantised", findings);
            try (Taken taken = new Taken(setup.backend(), stored)) {
                compare(taken.embedded(), expected, "embedded", findings);
                compareProduct(taken, expected, findings);
            }
        }
        return findings.outcome();
    }

    private static void compare(float[] found, float[] expected, String how, Findings findings) {
        for (int i = 0; i < expected.length; i++) {
            double difference = Math.abs((double) found[i] - expected[i]);
            findings.figures().largest("max abs", difference);
            findings.expect(
                    difference <= RELATIVE * Math.abs(expected[i]) || Float.compare(found[i], expected[i]) == 0,
                    "weight %d, %s, is %s, expected %s",
                    i,
                    how,
                    found[i],
                    expected[i]);
        }
    }

    /** Activations of whole numbers with a 127 in each 32 lose nothing when they are rounded to int8. */
    private static void compareProduct(Taken taken, float[] expected, Findings findings) {
        int columns = taken.matrix.columns();
        float[][] x = new float[TOKENS][columns];
        Random random = new Random(1);
        for (float[] row : x) {
            for (int i = 0; i < columns; i++) {
                row[i] = i % 32 == 0 ? 127 : random.nextInt(-127, 128);
            }
        }
        float[][] product = taken.product(x);
        for (int token = 0; token < TOKENS; token++) {
            for (int row = 0; row < taken.matrix.rows(); row++) {
                double sum = 0;
                double magnitude = 0;
                for (int i = 0; i < columns; i++) {
                    double term = (double) expected[row * columns + i] * x[token][i];
                    sum += term;
                    magnitude += Math.abs(term);
                }
                double difference = Math.abs(product[token][row] - sum);
                findings.figures().largest("max product", magnitude == 0 ? difference : difference / magnitude);
                findings.expect(
                        difference <= PRODUCT * magnitude,
                        "the product with row %d is %s, expected %s",
                        row,
                        product[token][row],
                        sum);
            }
        }
    }

    /** The tensor in the backend's memory. */
    private record Taken(Backend backend, Matrix matrix) implements AutoCloseable {
        Taken(Backend backend, Tensor tensor) {
            this(backend, backend.matrix(tensor));
            backend.prepared();
        }

        float[] embedded() {
            try (Activations out = backend.activations(matrix.rows(), matrix.columns())) {
                int[] ids = IntStream.range(0, matrix.rows()).toArray();
                backend.embed(matrix, ids, ids.length, out);
                float[] floats = new float[matrix.rows() * matrix.columns()];
                for (int row = 0; row < matrix.rows(); row++) {
                    out.read(row, floats, row * matrix.columns());
                }
                return floats;
            }
        }

        float[][] product(float[][] x) {
            try (Activations in = backend.activations(x.length, matrix.columns());
                    Activations out = backend.activations(x.length, matrix.rows())) {
                in.rows(x.length);
                float[][] product = new float[x.length][matrix.rows()];
                for (int token = 0; token < x.length; token++) {
                    in.write(token, x[token], 0);
                }
                backend.matmul(in, new Linear[] {new Linear(matrix, null)}, new Activations[] {out});
                for (int token = 0; token < x.length; token++) {
                    out.read(token, product[token], 0);
                }
                return product;
            }
        }

        @Override
        public void close() {
            backend.release(matrix);
        }
    }
}
