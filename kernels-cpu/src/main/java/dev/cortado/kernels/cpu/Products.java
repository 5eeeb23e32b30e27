package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Linear;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products that are computed in one region: first all are added, then {@link #run} computes them. Each part is a
 * group of {@value #GROUP} output columns of one product for all its rows.
 */
final class Products implements WorkerPool.Task {
    /** Output columns of a part. */
    private static final int GROUP = 4 * Tile.STRIP;

    /** Columns of the weights in a panel; a multiple of every block size. The panel then takes 64 KiB. */
    private static final int DEPTH = 256;

    /** One product; reused. */
    private static final class Product {
        private @Nullable CpuActivations in;
        private @Nullable FloatMatrix weight;
        private float @Nullable [] bias;
        private @Nullable CpuActivations out;
        private int inRow;
        private int outRow;
        private int rows;
    }

    private Product[] products = {};
    private int[] firstPart = {};
    private int count;
    private int parts;
    private long multiplications;
    private @Nullable Tile tile;

    /** Adds out = linear(in); rows in use of out are set. */
    void add(CpuActivations in, Linear linear, CpuActivations out) {
        out.rows(in.rows());
        add(in, 0, in.rows(), linear, out, 0);
    }

    /** Adds rows outRow... of out = linear(rows inRow to inRow + rows of in). */
    void add(CpuActivations in, int inRow, int rows, Linear linear, CpuActivations out, int outRow) {
        FloatMatrix weight = FloatMatrix.of(linear.weight());
        require(weight.columns() == in.columns(), weight, "columns", weight.columns(), in.columns());
        require(weight.rows() == out.columns(), weight, "rows", weight.rows(), out.columns());
        if (count == products.length) {
            products = Arrays.copyOf(products, count + 8);
            firstPart = Arrays.copyOf(firstPart, products.length);
            for (int i = count; i < products.length; i++) {
                products[i] = new Product();
            }
        }
        Product product = products[count];
        product.in = in;
        product.weight = weight;
        product.bias = CpuParameter.values(linear.bias());
        product.out = out;
        product.inRow = inRow;
        product.outRow = outRow;
        product.rows = rows;
        firstPart[count++] = parts;
        parts += rows == 0 ? 0 : (weight.rows() + GROUP - 1) / GROUP;
        multiplications += (long) rows * weight.rows() * weight.columns();
    }

    private static void require(boolean holds, FloatMatrix weight, String what, int has, int given) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "matrix %s has %d %s, the activations have %d columns".formatted(weight.name(), has, what, given));
        }
    }

    /** Computes what was added, and forgets it. */
    void run(WorkerPool.Region region, Tile tile) {
        this.tile = tile;
        try {
            region.runIfWorthwhile(parts, multiplications, this);
        } finally {
            for (int i = 0; i < count; i++) {
                products[i].in = null;
                products[i].weight = null;
                products[i].bias = null;
                products[i].out = null;
            }
            count = 0;
            parts = 0;
            multiplications = 0;
        }
    }

    @Override
    public void run(int part, Buffers buffers) {
        int index = Arrays.binarySearch(firstPart, 0, count, part);
        if (index < 0) {
            index = -index - 2;
        } else {
            // Products without rows have no parts and share their number with the next.
            while (index + 1 < count && firstPart[index + 1] == part) {
                index++;
            }
        }
        Product product = products[index];
        gemm(product, (part - firstPart[index]) * GROUP, buffers);
    }

    private void gemm(Product product, int row, Buffers buffers) {
        FloatMatrix weight = required(product.weight);
        CpuActivations in = required(product.in);
        CpuActivations out = required(product.out);
        int tokens = product.rows;
        int padded = (tokens + Tile.ROWS - 1) / Tile.ROWS * Tile.ROWS;
        int columns = Math.min(GROUP, weight.rows() - row);
        int strips = Tile.strips(columns);
        float[] panel = buffers.floats(Buffers.Use.PANEL, GROUP * DEPTH);
        float[] sums = buffers.floats(Buffers.Use.SUMS, padded * GROUP);
        Arrays.fill(sums, 0, padded * GROUP, 0);
        for (int from = 0; from < weight.columns(); from += DEPTH) {
            int depth = Math.min(DEPTH, weight.columns() - from);
            for (int strip = 0; strip < strips; strip++) {
                weight.strip(row + strip * Tile.STRIP, from, depth, panel, strip * DEPTH * Tile.STRIP, buffers);
            }
            multiply(panel, strips, in, product.inRow, tokens, from, depth, sums, buffers);
        }
        for (int t = 0; t < tokens; t++) {
            int to = out.at(product.outRow + t) + row;
            System.arraycopy(sums, t * GROUP, out.data, to, columns);
            if (product.bias != null) {
                for (int c = 0; c < columns; c++) {
                    out.data[to + c] += product.bias[row + c];
                }
            }
        }
    }

    private void multiply(
            float[] panel,
            int strips,
            CpuActivations in,
            int inRow,
            int tokens,
            int from,
            int depth,
            float[] sums,
            Buffers buffers) {
        Tile tile = required(this.tile);
        int gap = DEPTH * Tile.STRIP;
        int whole = tokens / Tile.ROWS * Tile.ROWS;
        for (int t = 0; t < whole; t += Tile.ROWS) {
            int at = in.at(inRow + t) + from;
            tile.add(panel, 0, gap, strips, Tile.STRIP, in.data, at, in.stride, depth, sums, t * GROUP, GROUP);
        }
        if (whole < tokens) {
            float[] last = buffers.floats(Buffers.Use.LAST_ROWS, Tile.ROWS * DEPTH);
            Arrays.fill(last, 0, Tile.ROWS * DEPTH, 0);
            for (int t = whole; t < tokens; t++) {
                System.arraycopy(in.data, in.at(inRow + t) + from, last, (t - whole) * DEPTH, depth);
            }
            tile.add(panel, 0, gap, strips, Tile.STRIP, last, 0, DEPTH, depth, sums, whole * GROUP, GROUP);
        }
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("no product is being computed");
        }
        return value;
    }
}
