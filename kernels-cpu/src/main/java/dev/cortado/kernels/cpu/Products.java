package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Linear;
import dev.cortado.engine.backend.Matrix;
import dev.cortado.kernels.cpu.weights.CpuMatrix;
import dev.cortado.kernels.cpu.weights.Inputs;
import dev.cortado.kernels.cpu.weights.InterleavedRows;
import dev.cortado.kernels.cpu.weights.ProductByEight;
import dev.cortado.kernels.cpu.weights.QuantizedRows;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products that are computed in one region: first all are added, then {@link #run} computes them. A part is a
 * group of output columns of one product, for all its rows. Few rows go through the kernels of the weights' type, more
 * rows through a {@link Gemm}.
 */
final class Products implements WorkerPool.Task {
    /** Weights that take an integer kernel a few microseconds. */
    private static final int WEIGHTS_OF_PART = 48 << 10;

    /** With more rows than these, a part has a quarter of the weights: threads wait less for the last one. */
    private static final int ROWS_OF_WHOLE_PART = 4;

    /** Parts a thread, at most: enough for a disturbed core to hand over work. */
    private static final int PARTS_OF_THREAD = 16;

    /** Multiplications that take plain loops more than ten milliseconds; a prompt has hundreds of such products. */
    private static final long WORTH_WAITING = 8 << 20;

    /** Multiplications that take plain loops more than a millisecond; a token has tens of such products. */
    private static final long FEW_WORTH_WAITING = 1 << 20;

    /** Rows that are worth a panel of their own. */
    private static final int ROWS_OF_PIECE = 48;

    /** Parts begin at multiples of this many output columns, which are two of the widest vectors. */
    private static final int QUANTUM = 32;

    /** One product; reused. */
    private static final class Product {
        private @Nullable CpuActivations in;
        private @Nullable CpuMatrix weight;
        private float @Nullable [] bias;
        private @Nullable CpuActivations out;
        /** Of few rows, of rows in 8 bits, or of up to eight side by side. */
        private @Nullable Inputs inputs;

        /** What multiplies up to eight rows without a panel. */
        private @Nullable ProductByEight eight;

        private boolean few;
        private int inRow;
        private int outRow;
        private int rows;
        private int columnsOfPart;
        /** Parts that take all rows; each group of columns after them is cut into {@link #rowPieces}. */
        private int partsOfAllRows;
        private int rowPieces;
        private int firstPart;
    }

    private Product[] products = {};
    private int count;
    private Inputs[] inputs = {};
    private int inputCount;
    private int parts;
    private long multiplications;
    /** Those of products of many rows. */
    private long manyMultiplications;
    private @Nullable FloatKernels kernels;
    private final Rounding rounding = new Rounding();

    /** Adds out = linear(in); rows in use of out are set. */
    void add(CpuActivations in, Linear linear, CpuActivations out, int threads) {
        out.rows(in.rows());
        add(in, 0, in.rows(), linear, out, 0, threads);
    }

    /** Adds rows outRow... of out = linear(rows inRow to inRow + rows of in), to be shared by {@code threads} threads. */
    void add(CpuActivations in, int inRow, int rows, Linear linear, CpuActivations out, int outRow, int threads) {
        CpuMatrix weight = matrix(linear.weight());
        require(weight.columns() == in.columns(), weight, "columns", weight.columns(), in.columns());
        require(weight.rows() == out.columns(), weight, "rows", weight.rows(), out.columns());
        if (linear.bias() != null) {
            require(weight.rows() == linear.bias().length(), weight, "rows", weight.rows(), linear.bias().length());
        }
        if (rows == 0) {
            return;
        }
        if (count == products.length) {
            products = Arrays.copyOf(products, count + 8);
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
        boolean few = rows <= weight.fewRows();
        product.few = few;
        product.eight = !few && rows <= QuantizedRows.few() ? weight.eight() : null;
        product.inputs = few || weight.integers() || product.eight != null ? inputs(product) : null;
        boolean panels = !few && product.eight == null;
        product.columnsOfPart = panels ? Gemm.columnsOfPart(weight) : columnsOfPart(weight, rows, threads);
        product.firstPart = parts;
        count++;
        int groups = (weight.rows() + product.columnsOfPart - 1) / product.columnsOfPart;
        // groups that are no multiple of the threads would leave some of them idle at the end
        product.rowPieces = panels ? Math.clamp(rows / ROWS_OF_PIECE, 1, threads) : 1;
        int cut = groups % product.rowPieces;
        product.partsOfAllRows = groups - cut;
        parts += product.partsOfAllRows + cut * product.rowPieces;
        multiplications += (long) rows * weight.rows() * weight.columns();
        if (!few) {
            manyMultiplications += (long) rows * weight.rows() * weight.columns();
        }
    }

    static CpuMatrix matrix(Matrix matrix) {
        if (!(matrix instanceof CpuMatrix own)) {
            throw new IllegalArgumentException(
                    "matrix %s belongs to another backend: %s".formatted(matrix.name(), matrix.getClass()));
        }
        return own;
    }

    private static void require(boolean holds, CpuMatrix weight, String what, int has, int given) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "matrix %s has %d %s, but its other operand %d".formatted(weight.name(), has, what, given));
        }
    }

    private static int columnsOfPart(CpuMatrix weight, int rows, int threads) {
        int weights = rows > ROWS_OF_WHOLE_PART ? WEIGHTS_OF_PART / 4 : WEIGHTS_OF_PART;
        int columns = Math.max(weights / weight.columns(), weight.rows() / (PARTS_OF_THREAD * threads));
        return (Math.max(columns, 1) + QUANTUM - 1) / QUANTUM * QUANTUM;
    }

    /** The inputs of a product in the form that its weights ask for; products with the same rows share them. */
    private Inputs inputs(Product product) {
        CpuMatrix weight = required(product.weight);
        Inputs inputs = sharedInputs(product);
        if (inputs == null) {
            CpuActivations in = required(product.in);
            inputs = nextInputs();
            inputs.set(in.data, in.at(product.inRow), in.stride, product.rows, in.columns());
        }
        if (product.few) {
            weight.prepare(inputs);
        } else if (product.eight != null) {
            inputs.prepareSideBySide();
        } else {
            inputs.reserveMany(weight.offsets());
        }
        return inputs;
    }

    private @Nullable Inputs sharedInputs(Product product) {
        for (int i = 0; i < count; i++) {
            Product other = products[i];
            if (other.inputs != null
                    && other.in == product.in
                    && other.inRow == product.inRow
                    && other.rows == product.rows) {
                return other.inputs;
            }
        }
        return null;
    }

    private Inputs nextInputs() {
        if (inputCount == inputs.length) {
            inputs = Arrays.copyOf(inputs, inputCount + 1);
            inputs[inputCount] = new Inputs();
        }
        return inputs[inputCount++];
    }

    /** Computes what was added, and forgets it. */
    void run(WorkerPool.Region region, FloatKernels kernels) {
        if (manyMultiplications > WORTH_WAITING) {
            kernels.letPromptGoFirst();
        } else if (manyMultiplications == 0 && multiplications > FEW_WORTH_WAITING) {
            kernels.letTokenGoFirst();
        }
        this.kernels = kernels;
        try {
            rounding.run(region);
            region.runIfWorthwhile(parts, multiplications, this);
        } finally {
            forget();
        }
    }

    /** Forgets what was added. */
    void forget() {
        for (int i = 0; i < count; i++) {
            products[i].in = null;
            products[i].weight = null;
            products[i].bias = null;
            products[i].out = null;
            products[i].inputs = null;
            products[i].eight = null;
        }
        count = 0;
        inputCount = 0;
        parts = 0;
        multiplications = 0;
        manyMultiplications = 0;
    }

    @Override
    public void run(int part, Buffers buffers) {
        int index = count - 1;
        while (products[index].firstPart > part) {
            index--;
        }
        Product product = products[index];
        CpuMatrix weight = required(product.weight);
        CpuActivations out = required(product.out);
        int local = part - product.firstPart;
        int piece = Math.max(0, local - product.partsOfAllRows);
        int group = Math.min(local, product.partsOfAllRows) + piece / product.rowPieces;
        int from = group * product.columnsOfPart;
        int to = Math.min(weight.rows(), from + product.columnsOfPart);
        if (product.few) {
            weight.multiply(required(product.inputs), from, to, out.data, out.at(product.outRow), out.stride, buffers.scratch);
            if (product.bias != null) {
                addBias(product.bias, from, to, out, product.outRow, product.rows);
            }
            return;
        }
        int pieces = local < product.partsOfAllRows ? 1 : product.rowPieces;
        int first = firstRow(product.rows, piece % pieces, pieces);
        int rows = firstRow(product.rows, piece % pieces + 1, pieces) - first;
        int outRow = product.outRow + first;
        FloatKernels kernels = required(this.kernels);
        if (product.eight != null) {
            Inputs inputs = required(product.inputs);
            Gemm.multiply(product.eight, inputs, weight, from, to, product.bias, out, outRow, buffers);
        } else if (product.inputs != null) {
            Gemm.multiply(
                    product.inputs, first, rows, weight, from, to, product.bias, out, outRow, kernels, buffers);
        } else {
            CpuActivations in = required(product.in);
            int inRow = product.inRow + first;
            Gemm.multiply(in, inRow, rows, weight, from, to, product.bias, out, outRow, kernels, buffers);
        }
    }

    /** Where a piece of all rows begins: in front of four that lie side by side. */
    private static int firstRow(int rows, int piece, int pieces) {
        return piece == pieces ? rows : rows * piece / pieces / InterleavedRows.ROWS * InterleavedRows.ROWS;
    }

    /** Rounds the inputs of integer products of many rows to 8 bits; a part is some rows of one of them. */
    private final class Rounding implements WorkerPool.Task {
        private static final int ROWS_OF_PART = 8;

        private int partsOfInputs;

        void run(WorkerPool.Region region) {
            int most = 0;
            for (int i = 0; i < inputCount; i++) {
                most = Math.max(most, inputs[i].unrounded());
            }
            if (most > 0) {
                partsOfInputs = (most + ROWS_OF_PART - 1) / ROWS_OF_PART;
                region.run(inputCount * partsOfInputs, this);
            }
        }

        @Override
        public void run(int part, Buffers buffers) {
            Inputs rounded = inputs[part / partsOfInputs];
            int from = part % partsOfInputs * ROWS_OF_PART;
            rounded.quantize(from, Math.min(from + ROWS_OF_PART, rounded.unrounded()));
        }
    }

    private static void addBias(float[] bias, int from, int to, CpuActivations out, int row, int rows) {
        for (int r = row; r < row + rows; r++) {
            int at = out.at(r);
            for (int c = from; c < to; c++) {
                out.data[at + c] += bias[c];
            }
        }
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("no product is being computed");
        }
        return value;
    }
}
