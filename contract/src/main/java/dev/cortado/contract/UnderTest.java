package dev.cortado.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.gguf.TensorType;

/** The backend under test, what its arithmetic may lose, and the comparison with the reference. */
interface UnderTest {
    Backend backend();

    Backend reference();

    /** See {@link Backend#activationBlock}. */
    int activationBlock(TensorType type);

    /** Relative error of float32 sums and of elementary functions. */
    double precision();

    /** Error of attention relative to the largest value, for a cache of {@code type}. */
    double attentionPrecision(KvShape.Type type);

    /** Whether a forward pass makes no garbage in the calling thread once it is warm. */
    boolean allocatesNothing();

    /** Something done with operands from a workbench; gives the rows that came out. Called once per backend. */
    @FunctionalInterface
    interface Operation {
        float[][] on(Workbench bench);
    }

    /** How far an output may be from the reference's. */
    @FunctionalInterface
    interface Tolerance {
        double at(int row, int column, float expected);

        /** {@code precision} of the expected value, but at least of {@code scale}. */
        static Tolerance relative(double precision, double scale) {
            return (row, column, expected) -> precision * Math.max(scale, Math.abs(expected));
        }
    }

    /** The operation gives the same on both backends, in plain rows and in strided views. */
    default void assertAgreement(String what, Tolerance tolerance, Operation operation) {
        float[][] expected = run(reference(), false, operation);
        assertClose(what, tolerance, run(backend(), false, operation), expected);
        assertClose(what + ", strided", tolerance, run(backend(), true, operation), expected);
    }

    static float[][] run(Backend backend, boolean strided, Operation operation) {
        try (Workbench bench = new Workbench(backend, strided)) {
            return operation.on(bench);
        }
    }

    static void assertClose(String what, Tolerance tolerance, float[][] found, float[][] expected) {
        assertThat(found.length).as("%s: rows", what).isEqualTo(expected.length);
        for (int row = 0; row < expected.length; row++) {
            assertThat(found[row].length).as("%s: columns", what).isEqualTo(expected[row].length);
            for (int column = 0; column < expected[row].length; column++) {
                double difference = Math.abs((double) found[row][column] - expected[row][column]);
                double allowed = tolerance.at(row, column, expected[row][column]);
                if (!(difference <= allowed) && Float.compare(found[row][column], expected[row][column]) != 0) {
                    throw new AssertionError("%s: row %d, column %d is %s, expected %s within %s"
                            .formatted(what, row, column, found[row][column], expected[row][column], allowed));
                }
            }
        }
    }
}
