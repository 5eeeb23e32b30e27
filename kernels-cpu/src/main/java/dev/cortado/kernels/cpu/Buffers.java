package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.weights.IntegerPanel;
import dev.cortado.kernels.cpu.weights.Scratch;
import org.jspecify.annotations.Nullable;

/** The buffers of one thread: each grows to the largest size asked for and is then reused, so a token costs no garbage. */
final class Buffers {
    /** What a buffer is for; two uses at the same time must not share a name. */
    enum Use {
        /** Values of a tile before their head's columns are moved to a strip. */
        UNALIGNED_VALUES,
        /** A panel of dequantised weights. */
        PANEL,
        /** Sums of a tile before they reach their output. */
        SUMS,
        /** Scaled queries of a block of attention. */
        QUERIES,
        /** A tile of keys as float32. */
        KEYS,
        /** A tile of values as float32. */
        VALUES,
        /** Scores of a block of queries and a tile of keys. */
        SCORES,
        /** Maximum, sum and weighted values of every part of an attention. */
        PARTIALS,
        /** Arguments and results of an exponential. */
        GATE,
        /** A row that is being normalised. */
        ROW,
        /** The other operand of what is done with {@link #GATE} or {@link #ROW}. */
        OPERAND
    }

    /** What kernels over weights work in. */
    final Scratch scratch = new Scratch();

    /** The block of attention that this thread is computing. */
    final AttentionBlock attention = new AttentionBlock();

    private final float[] @Nullable [] buffers = new float[Use.values().length][];

    private IntegerPanel.@Nullable Room integerPanel;

    /** The panel of the integer tile. */
    IntegerPanel.Room integerPanel() {
        if (integerPanel == null) {
            integerPanel = new IntegerPanel.Room();
        }
        return integerPanel;
    }

    /** At least {@code length} floats with arbitrary content. */
    float[] floats(Use use, int length) {
        float[] buffer = buffers[use.ordinal()];
        if (buffer == null || buffer.length < length) {
            buffer = new float[length];
            buffers[use.ordinal()] = buffer;
        }
        return buffer;
    }
}
