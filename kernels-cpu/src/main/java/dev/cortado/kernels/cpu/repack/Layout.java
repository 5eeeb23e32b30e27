package dev.cortado.kernels.cpu.repack;

import dev.cortado.gguf.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of one quantisation lie interleaved. L rows (as many as a vector has int lanes) make a group; their
 * blocks with the same index make a group-block, which consists of planes: L values side by side, lane r of the group's
 * row r. So a vector load fetches the same few weights of L rows, and a product needs no sum across lanes. A matrix is
 * group after group, each its group-blocks from left to right; rows that the last group lacks are zero.
 *
 * <p>Int planes of a chunk of 32 weights, half-lane h being the low (0) or high (1) 16 bits of a lane:
 *
 * <ul>
 *   <li>nibbles, 4 planes: bits 4j to 4j + 3 of half-lane h of plane i hold weight {@code 4i + 2h + j / 2 + 16 (j %
 * 2)};
 *       this is the byte order of Q4_0
 *   <li>fifth bits, 1 plane: bit {@code 4i + j} of half-lane h belongs to nibble j of plane i
 *   <li>two-bit fields, 2 planes: bits {@code 8 (i % 2) + 2j} and the next of half-lane h of plane i / 2
 * </ul>
 */
public abstract sealed class Layout
        permits Q2KLayout,
                Q3KLayout,
                Q4KLayout,
                Q5KLayout,
                Q6KLayout,
                Iq4XsLayout,
                Q40Layout,
                Q41Layout,
                Q50Layout,
                Q51Layout,
                Q80Layout,
                Iq4NlLayout,
                Mxfp4Layout {
    private final TensorType type;
    private final int blockBytes;
    private final @Nullable IntegerForm integers;

    Layout(TensorType type, int blockBytes, @Nullable IntegerForm integers) {
        this.type = type;
        this.blockBytes = blockBytes;
        this.integers = integers;
    }

    /** The layout of a type, or null for types whose rows are not interleaved. */
    public static @Nullable Layout of(TensorType type) {
        return switch (type) {
            case Q2_K -> new Q2KLayout();
            case Q3_K -> new Q3KLayout();
            case Q4_K -> new Q4KLayout();
            case Q5_K -> new Q5KLayout();
            case Q6_K -> new Q6KLayout();
            case IQ4_XS -> new Iq4XsLayout();
            case Q4_0 -> new Q40Layout();
            case Q4_1 -> new Q41Layout();
            case Q5_0 -> new Q50Layout();
            case Q5_1 -> new Q51Layout();
            case Q8_0 -> new Q80Layout();
            case IQ4_NL -> new Iq4NlLayout();
            case MXFP4 -> new Mxfp4Layout();
            default -> null;
        };
    }

    /** The layout of a type whose rows are interleaved. */
    public static Layout required(TensorType type) {
        Layout layout = of(type);
        if (layout == null) {
            throw new IllegalArgumentException(type + " is not interleaved");
        }
        return layout;
    }

    public final TensorType type() {
        return type;
    }

    /** Weights per block. */
    public final int blockSize() {
        return type.blockSize();
    }

    /** Bytes of one row's block here; a group-block has L times as many. */
    public final int blockBytes() {
        return blockBytes;
    }

    /**
     * Copies one row into its lane.
     *
     * @param source address of the row's first block as the file has it
     * @param blocks how many, side by side
     * @param target address of the first group-block
     * @param lanes L
     * @param lane which of them
     */
    public abstract void interleave(long source, int blocks, long target, int lanes, int lane);

    /** A way for whole rows that is faster before C2 has compiled it, and half as fast afterwards, where there is one. */
    public @Nullable Transposition transposition() {
        return null;
    }

    /**
     * How weights are multiplied in 16 bits: runs whose products with 8-bit inputs, {@code run / 2} of them for each half
     * of a pair, sum up to less than 2^15.
     *
     * @param run weights that share a scale: 16 or 32
     * @param zero what is taken off each weight of {@link #unpack}, so that sums fit
     * @param offsets whether what is then left over, or the type's minimum, has to be added
     */
    public record IntegerForm(int run, int zero, boolean offsets) {}

    /** The form in which the integer tile multiplies the type, or null where weights have too many bits for it. */
    public final @Nullable IntegerForm integers() {
        return integers;
    }

    /** Reads one row's block as integers and scales; what each vector kernel computes is defined by this. */
    public abstract void unpack(long groupBlock, int lanes, int lane, Block block);
}
