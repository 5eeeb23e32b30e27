package dev.cortado.kernels.cpu.weights;

import dev.cortado.gguf.TensorType;
import dev.cortado.kernels.cpu.repack.Layout;
import dev.cortado.kernels.cpu.startup.Bridge;
import dev.cortado.kernels.cpu.startup.VectorModule;
import dev.cortado.kernels.cpu.startup.Warmup;
import dev.cortado.kernels.cpu.vector.VectorIntegerPanels;
import dev.cortado.kernels.cpu.vector.VectorPanels;
import dev.cortado.kernels.cpu.vector.VectorProducts;
import dev.cortado.kernels.cpu.vector.VectorRowsPanels;
import java.lang.foreign.Arena;
import java.lang.ref.Reference;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The product kernels of the types in use. A type's kernels are made, and their warm-up begun, when the first matrix of
 * that type is.
 */
public final class Kernels {
    /** Blocks of an input to warm a kernel up with: it goes through every loop. */
    private static final int TINY_BLOCKS = 2;

    private final Choice choice;
    private final Warmup warmup;
    private final Map<TensorType, Quantized> interleaved = new EnumMap<>(TensorType.class);
    private final Map<TensorType, Quantized> inFile = new EnumMap<>(TensorType.class);
    private final Map<TensorType, Rows> rows = new EnumMap<>(TensorType.class);
    private final Map<TensorType, Bridge<RowsByFour>> longRows = new EnumMap<>(TensorType.class);
    private final Map<TensorType, Bridge<RowsPanel>> panelsOfRows = new EnumMap<>(TensorType.class);
    /** Panels that are not urgent, because their type has one matrix so far. */
    private final Map<TensorType, Warmup.Task> panelsOfOneMatrix = new EnumMap<>(TensorType.class);

    /** Which form of a kernel computes. */
    public enum Choice {
        /** Plain loops until the vector form is compiled; plain loops only where there is no Vector API. */
        BRIDGED,
        /** Plain loops only. */
        SCALAR,
        /** Vectors from the first call, however slow that is. */
        VECTOR
    }

    /** Kernels of one quantised type: for few tokens, and the panels for many, of floats or of integers. */
    record Quantized(
            Few few,
            @Nullable Bridge<Panel> panel,
            @Nullable Bridge<IntegerPanel> integerPanel,
            @Nullable Bridge<Optional<ProductByEight>> eight) {
        boolean crossed() {
            return few.crossed()
                    && (panel == null || panel.crossed())
                    && (integerPanel == null || integerPanel.crossed())
                    && (eight == null || eight.crossed());
        }
    }

    /** Kernels of one quantised type for few tokens. */
    sealed interface Few {
        boolean crossed();
    }

    /** For interleaved rows: with one token, and with two at once. */
    record Interleaved(Bridge<Product> one, Bridge<Product> two) implements Few {
        @Override
        public boolean crossed() {
            return one.crossed() && two.crossed();
        }
    }

    /** For rows as the file has them. */
    record InFile(Bridge<RowsProduct> product) implements Few {
        @Override
        public boolean crossed() {
            return product.crossed();
        }
    }

    /** Kernels of one floating-point type: for one input, for eight at once, and the panels for many. */
    record Rows(Bridge<RowProduct> one, Bridge<RowsByEight> eight, Bridge<RowsPanel> panel) {
        boolean crossed() {
            return one.crossed() && eight.crossed() && panel.crossed();
        }
    }

    /** Kernels that {@code warmup} gets ready. */
    public Kernels(Choice choice, Warmup warmup) {
        this.choice = choice;
        this.warmup = warmup;
    }

    /** Whether every kernel in use has its final form: nothing gets faster any more. */
    public synchronized boolean compiled() {
        return interleaved.values().stream().allMatch(Quantized::crossed)
                && inFile.values().stream().allMatch(Quantized::crossed)
                && rows.values().stream().allMatch(Rows::crossed)
                && longRows.values().stream().allMatch(Bridge::crossed)
                && panelsOfRows.values().stream().allMatch(Bridge::crossed);
    }

    /**
     * Kernels for one more matrix. The panels of a type become urgent with its second matrix: the only one of its type is
     * the table of tokens, which a prompt multiplies with its last row alone.
     *
     * @param repack whether the matrix is rewritten, or multiplied as the file has it
     */
    synchronized Quantized of(Layout layout, boolean repack) {
        hastenPanels(layout.type());
        return repack
                ? interleaved.computeIfAbsent(layout.type(), type -> interleaved(layout))
                : inFile.computeIfAbsent(layout.type(), type -> inFile(layout));
    }

    private boolean plainOnly() {
        return !VectorModule.PRESENT || choice == Choice.SCALAR;
    }

    private Quantized interleaved(Layout layout) {
        TensorType type = layout.type();
        Bridge<Product> one = bridge(
                new ScalarProduct(layout, VectorModule.LANES),
                () -> VectorProducts.one(type),
                Warmup.Stage.TOKEN,
                (vector, ready) -> warm(layout, Warmup.Stage.TOKEN, "product " + type, vector, ready));
        Bridge<Product> two = bridge(
                oneByOne(one),
                () -> VectorProducts.two(type),
                Warmup.Stage.TOKEN,
                (vector, ready) -> warm(layout, Warmup.Stage.IDLE, "product " + type + " x 2", vector, ready));
        return new Quantized(new Interleaved(one, two), panel(layout), integerPanel(layout), eight(layout));
    }

    private Quantized inFile(Layout layout) {
        Bridge<RowsProduct> product = bridge(
                new ScalarRowsProduct(layout, VectorModule.LANES),
                () -> VectorProducts.rows(layout.type()),
                Warmup.Stage.TOKEN,
                (vector, ready) -> warm(layout, vector, ready));
        return new Quantized(new InFile(product), panel(layout), integerPanel(layout), null);
    }

    /** Its plain form is panel and tile. */
    private @Nullable Bridge<Optional<ProductByEight>> eight(Layout layout) {
        if (layout.type() != TensorType.Q8_0) {
            return null;
        }
        int groups = 3; // two, and one that lacks a neighbour
        int width = groups * VectorModule.LANES;
        float[] x = new float[8 * TINY_BLOCKS * layout.blockSize()];
        float[] y = new float[8 * width];
        return bridge(
                Optional.empty(),
                () -> Optional.of(VectorProducts.eight()),
                Warmup.Stage.TOKEN,
                (vector, ready) -> {
                    ProductByEight kernel = vector.orElseThrow();
                    OnGroups call =
                            (weights, scratch) -> kernel.add(weights, groups, TINY_BLOCKS, x, 0, 8, y, 0, width);
                    String name = "product " + layout.type() + " x 8";
                    return warmup.add(Warmup.Stage.IDLE, name, onGroups(layout, groups, call), ready);
                });
    }

    private @Nullable Bridge<Panel> panel(Layout layout) {
        if (layout.integers() != null) {
            return null;
        }
        float[] target = new float[TINY_BLOCKS * layout.blockSize() * Panel.ROWS];
        return bridge(
                new ScalarPanel(layout, VectorModule.LANES),
                () -> VectorPanels.of(layout.type()),
                Warmup.Stage.PROMPT,
                (panel, ready) -> {
                    OnGroups call = (weights, scratch) -> panel.fill(weights, TINY_BLOCKS, target, 0, scratch);
                    return warmPanel(layout.type(), onGroups(layout, 1, call), ready);
                });
    }

    private @Nullable Bridge<IntegerPanel> integerPanel(Layout layout) {
        Layout.IntegerForm form = layout.integers();
        if (form == null) {
            return null;
        }
        int blocks = Math.min(TINY_BLOCKS, IntegerPanel.DEPTH / layout.blockSize());
        IntegerPanel.Room target = new IntegerPanel.Room();
        return bridge(
                new ScalarIntegerPanel(layout, form, VectorModule.LANES),
                () -> VectorIntegerPanels.of(layout.type()),
                Warmup.Stage.PROMPT,
                (panel, ready) -> {
                    OnGroups call = (weights, scratch) -> panel.fill(weights, blocks, target, 0, scratch);
                    return warmPanel(layout.type(), onGroups(layout, 1, call), ready);
                });
    }

    /**
     * A kernel in the forms that the choice asks for.
     *
     * @param vector touched only where there is a Vector API
     * @param needed how urgent the vector form is once it is missed
     * @param warm begins the vector form's warm-up, and is given what to call when it is ready
     */
    private <K> Bridge<K> bridge(
            K scalar, Supplier<K> vector, Warmup.Stage needed, BiFunction<K, Runnable, Warmup.Task> warm) {
        if (plainOnly()) {
            return new Bridge<>(scalar, scalar);
        }
        K fast = vector.get();
        Bridge<K> bridge = new Bridge<>(scalar, fast);
        if (choice == Choice.VECTOR) {
            bridge.cross();
        } else {
            Warmup.Task task = warm.apply(fast, bridge::cross);
            bridge.onMiss(() -> warmup.hasten(task, needed));
        }
        return bridge;
    }

    /** Two tokens through the kernel for one. */
    private static Product oneByOne(Bridge<Product> one) {
        return (weights, groups, blocks, x, firstBlock, y, at, stride, scratch) -> {
            Product product = one.get();
            product.add(weights, groups, blocks, x, firstBlock, y, at, stride, scratch);
            product.add(weights, groups, blocks, x, firstBlock + x.blocks(), y, at + stride, stride, scratch);
        };
    }

    private Warmup.Task warm(Layout layout, Warmup.Stage stage, String name, Product vector, Runnable ready) {
        int groups = 2;
        int rows = groups * VectorModule.LANES;
        QuantizedRows x = new QuantizedRows(layout.blockSize());
        x.resize(2, TINY_BLOCKS * layout.blockSize());
        float[] y = new float[2 * rows];
        OnGroups call = (weights, scratch) ->
                vector.add(weights, groups, TINY_BLOCKS, x, 0, y, 0, rows, scratch);
        return warmup.add(stage, name, onGroups(layout, groups, call), ready);
    }

    private Warmup.Task warm(Layout layout, RowsProduct vector, Runnable ready) {
        int rows = 2;
        int blocks = TINY_BLOCKS;
        Arena arena = Arena.ofAuto();
        long weights = arena.allocate((long) rows * blocks * layout.type().blockBytes() + 64, 64)
                .address();
        long x = arena.allocate(4L * blocks * layout.blockSize(), 64).address();
        float[] y = new float[rows];
        Scratch scratch = new Scratch();
        return warmup.add(
                Warmup.Stage.TOKEN,
                "product of rows " + layout.type(),
                () -> {
                    vector.multiply(weights, rows, blocks, x, y, 0, scratch);
                    Reference.reachabilityFence(arena);
                },
                ready);
    }

    /** Uses group-blocks at an address. */
    @FunctionalInterface
    private interface OnGroups {
        void call(long weights, Scratch scratch);
    }

    /** A call with groups of rows of {@link #TINY_BLOCKS} blocks. */
    private static Runnable onGroups(Layout layout, int groups, OnGroups kernel) {
        Arena arena = Arena.ofAuto();
        long weights = arena.allocate((long) groups * TINY_BLOCKS * layout.blockBytes() * VectorModule.LANES + 64, 64)
                .address();
        Scratch scratch = new Scratch();
        return () -> {
            kernel.call(weights, scratch);
            Reference.reachabilityFence(arena);
        };
    }

    private Warmup.Task warmPanel(TensorType type, Runnable call, Runnable ready) {
        Warmup.Task task = warmup.add(Warmup.Stage.IDLE, "panel " + type, call, ready);
        panelsOfOneMatrix.put(type, task);
        return task;
    }

    private void hastenPanels(TensorType type) {
        Warmup.Task panels = panelsOfOneMatrix.remove(type);
        if (panels != null) {
            warmup.hasten(panels, Warmup.Stage.PROMPT);
        }
    }

    /** Turns rows of a floating-point type into panels, for one more matrix. */
    synchronized Bridge<RowsPanel> panelOfRows(TensorType type) {
        hastenPanels(type);
        return panelsOfRows.computeIfAbsent(type, this::newPanelOfRows);
    }

    private Bridge<RowsPanel> newPanelOfRows(TensorType type) {
        RowsPanel plain = (weights, stride, rows, depth, panel, at, scratch) ->
                RowsPanel.plain(type, weights, stride, rows, 0, depth, panel, at);
        int depth = 18;
        Arena arena = Arena.ofAuto();
        long stride = type.bytes(depth);
        long weights = arena.allocate(Panel.ROWS * stride, 64).address();
        float[] panel = new float[depth * Panel.ROWS];
        Scratch scratch = new Scratch();
        return bridge(
                plain,
                () -> VectorRowsPanels.of(type),
                Warmup.Stage.PROMPT,
                (vector, ready) -> warmPanel(
                        type,
                        () -> {
                            vector.fill(weights, stride, Panel.ROWS, depth - 2, panel, 0, scratch);
                            // a row and weights too few
                            vector.fill(weights, stride, Panel.ROWS - 1, depth, panel, 0, scratch);
                            Reference.reachabilityFence(arena);
                        },
                        ready));
    }

    /** Kernels for one more matrix of a floating-point type. */
    synchronized Rows rows(TensorType type) {
        Bridge<RowsPanel> panel = panelOfRows(type);
        return rows.computeIfAbsent(type, t -> {
            FloatRow plain = new FloatRow(type, VectorModule.LANES);
            int rows = 4; // three, and one that lacks two
            int columns = 9 * VectorModule.LANES + 2;
            Arena arena = Arena.ofAuto();
            long weights = arena.allocate(rows * 4L * columns, 64).address();
            long x = arena.allocate(8 * 4L * (columns + VectorModule.LANES), 64).address();
            float[] y = new float[8 * rows];
            float[] sums = new float[24 * VectorModule.LANES];
            Bridge<RowProduct> one = bridge(
                    plain::one,
                    () -> VectorProducts.rowByOne(type),
                    Warmup.Stage.TOKEN,
                    (vector, ready) -> warmup.add(
                            Warmup.Stage.TOKEN,
                            "product " + type,
                            () -> {
                                vector.multiply(weights, columns, x, y, 0, sums);
                                Reference.reachabilityFence(arena);
                            },
                            ready));
            Bridge<RowsByEight> eight = bridge(
                    plain::eight,
                    () -> VectorProducts.rowsByEight(type),
                    Warmup.Stage.TOKEN,
                    (vector, ready) -> warmup.add(
                            Warmup.Stage.IDLE,
                            "product " + type + " x 8",
                            () -> {
                                vector.multiply(weights, rows, columns, x, 8, y, 0, rows, sums);
                                Reference.reachabilityFence(arena);
                            },
                            ready));
            return new Rows(one, eight, panel);
        });
    }

    /** The kernel for rows of a floating-point type that are too long for the one that takes a row after the other. */
    synchronized Bridge<RowsByFour> longRows(TensorType type) {
        return longRows.computeIfAbsent(type, t -> {
            int rows = 5; // four, and one that lacks three
            int columns = 2 * VectorModule.LANES + 2;
            Arena arena = Arena.ofAuto();
            long weights = arena.allocate(rows * 4L * columns, 64).address();
            long x = arena.allocate(4L * columns, 64).address();
            float[] y = new float[rows];
            float[] sums = new float[4 * VectorModule.LANES];
            return bridge(
                    new FloatRow(type, VectorModule.LANES)::four,
                    () -> VectorProducts.rowsByFour(type),
                    Warmup.Stage.TOKEN,
                    (vector, ready) -> warmup.add(
                            Warmup.Stage.TOKEN,
                            "product " + type + " of long rows",
                            () -> {
                                vector.multiply(weights, rows, columns, x, y, 0, sums);
                                Reference.reachabilityFence(arena);
                            },
                            ready));
        });
    }
}
