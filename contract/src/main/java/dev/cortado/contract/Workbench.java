package dev.cortado.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Backend;
import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.engine.backend.Parameter;
import dev.cortado.gguf.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes operands on one backend and gives all of them back at the end. When strided, activations are views into wider
 * ones, whose columns beside the view must stay as they were.
 */
final class Workbench implements AutoCloseable {
    private static final int LEFT = 3;
    private static final int RIGHT = 5;
    private static final float UNTOUCHED = 1234.5f;

    private final Backend backend;
    private final boolean strided;
    private final List<Activations> wholes = new ArrayList<>();
    private final List<KvCache> caches = new ArrayList<>();
    private final List<Matrix> matrices = new ArrayList<>();

    Workbench(Backend backend, boolean strided) {
        this.backend = backend;
        this.strided = strided;
    }

    Backend backend() {
        return backend;
    }

    Matrix matrix(Tensor tensor) {
        Matrix matrix = backend.matrix(tensor);
        matrices.add(matrix);
        backend.prepared();
        return matrix;
    }

    Linear linear(Tensor tensor, float @Nullable [] bias) {
        return new Linear(matrix(tensor), bias == null ? null : backend.parameter(bias));
    }

    Parameter parameter(float... values) {
        return backend.parameter(values);
    }

    Activations input(float[][] rows) {
        Activations x = output(rows.length, rows[0].length);
        x.rows(rows.length);
        for (int row = 0; row < rows.length; row++) {
            x.write(row, rows[row], 0);
        }
        return x;
    }

    /** Room for some rows, none in use. */
    Activations output(int capacity, int columns) {
        Activations whole = backend.activations(capacity, strided ? LEFT + columns + RIGHT : columns);
        wholes.add(whole);
        if (!strided) {
            return whole;
        }
        float[] untouched = new float[whole.columns()];
        Arrays.fill(untouched, UNTOUCHED);
        whole.rows(capacity);
        for (int row = 0; row < capacity; row++) {
            whole.write(row, untouched, 0);
        }
        whole.rows(0);
        return whole.columns(LEFT, columns);
    }

    KvCache cache(KvShape shape, int capacity) {
        KvCache cache = backend.kvCache(shape, capacity);
        caches.add(cache);
        return cache;
    }

    /** The rows in use. */
    float[][] rows(Activations x) {
        float[][] rows = new float[x.rows()][x.columns()];
        for (int row = 0; row < rows.length; row++) {
            x.read(row, rows[row], 0);
        }
        assertMarginsUntouched();
        return rows;
    }

    private void assertMarginsUntouched() {
        if (!strided) {
            return;
        }
        for (Activations whole : wholes) {
            float[] row = new float[whole.columns()];
            for (int r = 0; r < whole.rows(); r++) {
                whole.read(r, row, 0);
                assertThat(Arrays.copyOf(row, LEFT)).as("columns before a view").containsOnly(UNTOUCHED);
                assertThat(Arrays.copyOfRange(row, row.length - RIGHT, row.length))
                        .as("columns after a view")
                        .containsOnly(UNTOUCHED);
            }
        }
    }

    @Override
    public void close() {
        wholes.forEach(Activations::close);
        caches.forEach(KvCache::close);
        matrices.forEach(backend::release);
    }
}
