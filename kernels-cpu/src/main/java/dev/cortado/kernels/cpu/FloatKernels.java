package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.startup.Bridge;
import dev.cortado.kernels.cpu.startup.VectorModule;
import dev.cortado.kernels.cpu.startup.Warmup;
import dev.cortado.kernels.cpu.vector.VectorExponentials;
import dev.cortado.kernels.cpu.vector.VectorHalves;
import dev.cortado.kernels.cpu.vector.VectorIntegerTile;
import dev.cortado.kernels.cpu.vector.VectorTile;
import dev.cortado.kernels.cpu.weights.Inputs;
import dev.cortado.kernels.cpu.weights.IntegerPanel;
import dev.cortado.kernels.cpu.weights.Kernels;
import org.jspecify.annotations.Nullable;

/** The inner loops that are the same for all types of weights, each in the form that is fastest at this moment. */
final class FloatKernels {
    private final Bridge<Tile> tile;
    private final Bridge<IntegerTile> integerTile;
    private final Bridge<Exponentials> exponentials;
    private final Bridge<Halves> halves;
    private final @Nullable Warmup warmup;
    private boolean integersWarm;

    private FloatKernels(
            Bridge<Tile> tile,
            Bridge<IntegerTile> integerTile,
            Bridge<Exponentials> exponentials,
            Bridge<Halves> halves,
            @Nullable Warmup warmup) {
        this.warmup = warmup;
        this.tile = tile;
        this.integerTile = integerTile;
        this.exponentials = exponentials;
        this.halves = halves;
    }

    /** Plain loops for good. */
    static FloatKernels plain() {
        Tile tile = new PlainTile();
        IntegerTile integerTile = new PlainIntegerTile();
        Exponentials exponentials = new PlainExponentials();
        return of(tile, integerTile, exponentials, new PlainHalves());
    }

    /** Vectors from the first call. */
    static FloatKernels vector() {
        Tile tile = new VectorTile();
        IntegerTile integerTile = new VectorIntegerTile();
        Exponentials exponentials = new VectorExponentials();
        return of(tile, integerTile, exponentials, new VectorHalves());
    }

    private static FloatKernels of(Tile tile, IntegerTile integerTile, Exponentials exponentials, Halves halves) {
        return new FloatKernels(
                new Bridge<>(tile, tile),
                new Bridge<>(integerTile, integerTile),
                new Bridge<>(exponentials, exponentials),
                new Bridge<>(halves, halves),
                null);
    }

    /** The forms that {@code choice} says; plain loops where there is no Vector API. */
    static FloatKernels of(Kernels.Choice choice, Warmup warmup) {
        if (!VectorModule.PRESENT) {
            return plain();
        }
        return switch (choice) {
            case SCALAR -> plain();
            case VECTOR -> vector();
            case BRIDGED -> bridged(warmup);
        };
    }

    /** Plain loops until {@code warmup} has the vector forms compiled. */
    private static FloatKernels bridged(Warmup warmup) {
        Tile vectorTile = new VectorTile();
        Bridge<Tile> tile = new Bridge<>(new PlainTile(), vectorTile);
        Exponentials vectorExponentials = new VectorExponentials();
        Bridge<Exponentials> exponentials = new Bridge<>(new PlainExponentials(), vectorExponentials);
        // Seven strips go through every form, whatever the width; of seven rows none is missing at first, and then all but one.
        int strips = 7;
        int rows = 7;
        int depth = 8;
        float[] panel = new float[strips * depth * Tile.STRIP];
        float[] x = new float[rows * depth];
        float[] sums = new float[rows * strips * Tile.STRIP];
        int gap = depth * Tile.STRIP;
        int width = strips * Tile.STRIP;
        warmup.add(
                Warmup.Stage.PROMPT,
                "tile",
                () -> vectorTile.add(panel, 0, gap, strips, x, 0, depth, rows, depth, sums, 0, width),
                tile::cross);
        float[] values = new float[4 * Exponentials.COLUMNS];
        float[] columns = new float[Exponentials.COLUMNS];
        warmup.add(
                Warmup.Stage.TOKEN,
                "exponentials",
                () -> {
                    float shift = vectorExponentials.maximum(values, 0, values.length, columns);
                    vectorExponentials.exponentials(values, 0, values.length, shift, columns);
                    vectorExponentials.logistic(values, 0, values.length);
                    vectorExponentials.gelu(values, 0, values.length);
                },
                exponentials::cross);
        Bridge<IntegerTile> integerTile = new Bridge<>(new PlainIntegerTile(), new VectorIntegerTile());
        Halves vectorHalves = new VectorHalves();
        Bridge<Halves> halves = new Bridge<>(new PlainHalves(), vectorHalves);
        short[] lines = new short[depth * Halves.COLUMNS];
        warmup.add(
                Warmup.Stage.TOKEN,
                "halves",
                () -> {
                    vectorHalves.add(lines, 0, x, 0, depth, 4, depth, sums, 0, width);
                    vectorHalves.strip(lines, 0, depth, panel, 0);
                },
                halves::cross);
        return new FloatKernels(tile, integerTile, exponentials, halves, warmup);
    }

    /** To be called when there are weights that the integer tile multiplies: it is not warmed up without. */
    synchronized void needIntegerTile() {
        if (warmup == null || integersWarm) {
            return;
        }
        integersWarm = true;
        IntegerTile vector = integerTile.vector();
        int rows = 5; // four, and one that lacks three
        int columns = 64;
        Inputs inputs = new Inputs();
        inputs.set(new float[rows * columns], 0, columns, rows, columns);
        inputs.reserveMany(true);
        inputs.quantize(0, rows);
        IntegerPanel.Room plain = integerPanel(32, columns, false);
        IntegerPanel.Room offsets = integerPanel(16, columns / 2, true);
        float[] sums = new float[rows * IntegerTile.COLUMNS];
        warmup.add(
                Warmup.Stage.PROMPT,
                "tile of integers",
                () -> {
                    vector.add(plain, inputs.many(), 0, rows, 0, sums, 0, IntegerTile.COLUMNS);
                    vector.add(offsets, inputs.many(), 0, rows, 0, sums, 0, IntegerTile.COLUMNS);
                },
                integerTile::cross);
    }

    private static IntegerPanel.Room integerPanel(int run, int columns, boolean offsets) {
        IntegerPanel.Room panel = new IntegerPanel.Room();
        panel.run = run;
        panel.runs = columns / run;
        panel.hasOffsets = offsets;
        return panel;
    }

    /** To be called before products of many rows that would take plain loops long, see {@link Warmup#letPromptGoFirst}. */
    void letPromptGoFirst() {
        if (warmup != null) {
            warmup.letPromptGoFirst();
        }
    }

    /** To be called before other products, see {@link Warmup#letTokenGoFirst}. */
    void letTokenGoFirst() {
        if (warmup != null) {
            warmup.letTokenGoFirst();
        }
    }

    Tile tile() {
        return tile.get();
    }

    IntegerTile integerTile() {
        return integerTile.get();
    }

    Halves halves() {
        return halves.get();
    }

    Exponentials exponentials() {
        return exponentials.get();
    }
}
